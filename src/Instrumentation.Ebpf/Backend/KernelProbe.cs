using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Points;
using Instrumentation.Events;

namespace Instrumentation.Ebpf.Backend;

/// <summary>The maps, programs and links of a probe.</summary>
internal sealed class KernelProbe : IAsyncDisposable
{
    private readonly ProbeRuntime _runtime;
    private readonly List<IDisposable> _links = [];
    private KernelPrograms? _programs;
    private KernelRing? _ring;

    private KernelProbe(ProbeRuntime runtime)
    {
        _runtime = runtime;
        Cells = new KernelCells(runtime.Spec);
    }

    /// <summary>The counts and the aggregate; they can be read after the detach, too.</summary>
    public KernelCells Cells { get; }

    /// <summary>What is reached of a point, with what has no names.</summary>
    /// <param name="target">The point.</param>
    /// <returns>The coverage.</returns>
    public ProbeCoverage CoverageOf(PointTarget target) => Cells.Gap is { } gap ? target.Coverage with { Gaps = [.. target.Coverage.Gaps, gap] } : target.Coverage;

    /// <summary>Compiles, loads and attaches the programs of a probe.</summary>
    /// <param name="runtime">The probe.</param>
    /// <param name="target">Its point.</param>
    /// <returns>The probe.</returns>
    /// <exception cref="InstrumentationException">An expression cannot be compiled, or the kernel refused; nothing is left.</exception>
    public static async Task<KernelProbe> AttachAsync(ProbeRuntime runtime, PointTarget target)
    {
        KernelProbe probe = new(runtime);
        try
        {
            probe._ring = runtime.Spec.Aggregation is null ? KernelRing.Acquire() : null;
            probe._programs = new KernelPrograms(runtime, target, probe.Cells, probe._ring);
            probe._links.AddRange(target.Attach(probe._programs.Load()));
            return probe;
        }
        catch
        {
            await probe.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Changes condition, capture and limits: every hit is decided by the old spec or by the new one.</summary>
    /// <param name="spec">The new spec.</param>
    /// <exception cref="InstrumentationException">The spec cannot be compiled, or needs what is not kept, or the kernel refused; the probe is as it was.</exception>
    public void Change(ProbeSpec spec) => _programs!.Exchange(spec);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_links.Count > 0)
        {
            _links.ForEach(static link => link.Dispose());
            _links.Clear();
            Threads.WaitForProcessors();
        }

        if (_ring is not null)
        {
            await EventPump.Shared.FlushAsync().ConfigureAwait(false);
            _ring.Remove(_runtime.Id);
        }

        Cells.Dispose();
        _programs?.Dispose();
        _programs = null;
        if (_ring is not null)
        {
            _ring = null;
            await KernelRing.ReleaseAsync().ConfigureAwait(false);
        }
    }
}
