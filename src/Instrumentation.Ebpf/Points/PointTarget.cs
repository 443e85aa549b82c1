using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Points;

/// <summary>A point that was found on this machine: the values that its programs read, and how they are attached.</summary>
internal abstract class PointTarget
{
    /// <summary>What is reached, and what is not.</summary>
    public abstract ProbeCoverage Coverage { get; }

    /// <summary>The places whose numbers records carry; programs of points with several get the place's position in here as their cookie.</summary>
    public abstract IReadOnlyList<string> Sites { get; }

    /// <summary>What it takes to reach a program there, which the kernel does not measure; null for what is typical of the kind of point.</summary>
    public virtual double? ReachNanoseconds => null;

    /// <summary>The values at the moment at which calls begin, or at the only moment of a point that is no call.</summary>
    /// <returns>A new source.</returns>
    public abstract ProgramSource Entry();

    /// <summary>The values at the moment at which calls end.</summary>
    /// <returns>A new source; null for a point that is no call.</returns>
    public abstract ProgramSource? Exit();

    /// <summary>Loads the programs that change what is kept of calls that have begun.</summary>
    /// <param name="maps">The maps.</param>
    /// <returns>The programs, one after the other; they belong to the caller.</returns>
    /// <exception cref="InstrumentationException">The kernel refused.</exception>
    public virtual IEnumerable<BpfProgram> LoadOthers(ProgramMaps maps) => [];

    /// <summary>Attaches the programs: that of the end first, so that no start is kept for which no end comes.</summary>
    /// <param name="programs">The loaded programs.</param>
    /// <returns>What detaches them, to be disposed in this order.</returns>
    /// <exception cref="InstrumentationException">The kernel refused; nothing is left attached.</exception>
    public abstract IReadOnlyList<IDisposable> Attach(LoadedPrograms programs);
}
