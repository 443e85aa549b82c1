using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Backend;

/// <summary>The programs of a probe, loaded and not attached.</summary>
/// <param name="Entry">Runs where calls begin, or at the only moment of a point; null when nothing is to be done there.</param>
/// <param name="Exit">Runs where calls end; null when nothing is to be done there.</param>
internal sealed record LoadedPrograms(BpfProgram? Entry, BpfProgram? Exit) : IDisposable
{
    /// <summary>Change what is kept of calls that have begun: those of <see cref="Points.PointTarget.LoadOthers"/>.</summary>
    public IReadOnlyList<BpfProgram> Others { get; init; } = [];

    /// <inheritdoc/>
    public void Dispose()
    {
        Entry?.Dispose();
        Exit?.Dispose();
        foreach (BpfProgram other in Others)
        {
            other.Dispose();
        }
    }
}
