using System.Reflection;
using Instrumentation.Managed.Points;

namespace Instrumentation.Testing.Recording;

/// <summary>Methods that were woven together, with one probe. It stays attached while any recorder watches one of them.</summary>
internal sealed class WatchGroup
{
    private readonly ProbeHandle _handle;

    /// <summary>Attaches a probe.</summary>
    /// <param name="session">The session of all recorders.</param>
    /// <param name="methods">The methods.</param>
    public WatchGroup(InstrumentationSession session, IReadOnlyList<WatchedMethod> methods)
    {
        Methods = methods;
        ProbeSpec spec = new(new MethodPoint(new MethodTarget.Several([.. methods.Select(static watched => watched.Method)])));

        // Without a budget an attach runs to its end where it is asked for.
        _handle = session.AttachAsync(spec.Intercept(new RecordingInterceptor(this)).Named("recorder")).GetAwaiter().GetResult();
    }

    /// <summary>The methods.</summary>
    public IReadOnlyList<WatchedMethod> Methods { get; }

    /// <summary>How many recorders use it.</summary>
    public int Users { get; set; }

    /// <summary>When its last recorder has ended, while there is none; milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public long UnusedSince { get; set; }

    /// <summary>Calls that could not be recorded, since the recording itself failed.</summary>
    public long Faults => _handle.Statistics.Faults;

    /// <summary>Why calls of a method may not have been seen.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The reasons; none when all were.</returns>
    public IEnumerable<CoverageGap> GapsOf(MethodBase method)
    {
        string place = MethodName.WithParameters(method);
        ProbeCoverage coverage = _handle.Coverage;
        return coverage.Gaps.Where(gap => gap.Place == place || !Methods.Any(other => MethodName.WithParameters(other.Method) == gap.Place));
    }

    /// <summary>Detaches the probe.</summary>
    /// <returns>Completes when nothing of it is left.</returns>
    public ValueTask DetachAsync() => _handle.DisposeAsync();
}
