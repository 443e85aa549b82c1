using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Points;
using Instrumentation.Events;
using Instrumentation.Governor;

namespace Instrumentation.Ebpf.Backend;

/// <summary>The maps, programs and links of a probe.</summary>
internal sealed class KernelProbe : IAsyncDisposable
{
    private readonly ProbeRuntime _runtime;
    private readonly List<IDisposable> _links = [];
    private readonly PointTarget _target;
    private readonly Lock _gate = new();
    private ProbeSpec _spec;
    private ProbeReduction _reduction = ProbeReduction.None;
    private KernelPrograms? _programs;
    private LoadedPrograms? _loaded;
    private KernelRing? _ring;

    private KernelProbe(ProbeRuntime runtime, PointTarget target)
    {
        _runtime = runtime;
        _target = target;
        _spec = runtime.Spec;
        Cells = new KernelCells(runtime.Spec, KernelCosts.ReachOf(runtime.Spec.Point, target));
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
        KernelProbe probe = new(runtime, target);
        try
        {
            probe._ring = runtime.Spec.Aggregation is null ? KernelRing.Acquire() : null;
            probe._programs = new KernelPrograms(runtime, target, probe.Cells, probe._ring);
            probe._loaded = probe._programs.Load();
            probe._links.AddRange(target.Attach(probe._loaded));
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
    public void Change(ProbeSpec spec)
    {
        lock (_gate)
        {
            _programs!.Exchange(Reduced(spec, _reduction));
            _spec = spec;
        }
    }

    /// <summary>Does less than the spec asks for, or all of it again.</summary>
    /// <param name="reduction">How far it is reduced.</param>
    /// <exception cref="InstrumentationException">The kernel refused; the probe is as it was.</exception>
    public void Reduce(ProbeReduction reduction)
    {
        lock (_gate)
        {
            if (reduction.Level == ProbeLevel.Off)
            {
                Unlink();
                _programs!.ForgetCalls();
            }
            else
            {
                _programs!.Exchange(Reduced(_spec, reduction));
                if (_links.Count == 0)
                {
                    _links.AddRange(_target.Attach(_loaded!));
                }
            }

            _reduction = reduction;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            Unlink();
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

    // Counting is sampling so rarely that only the first hit of a processor is reported: the programs and their counts stay as they are.
    private static ProbeSpec Reduced(ProbeSpec spec, ProbeReduction reduction) => reduction.Level switch
    {
        ProbeLevel.Counted => spec with { Limits = spec.Limits with { SampleEvery = int.MaxValue } },
        ProbeLevel.Sampled => reduction.Sample(spec),
        _ => spec,
    };

    private void Unlink()
    {
        if (_links.Count > 0)
        {
            _links.ForEach(static link => link.Dispose());
            _links.Clear();
            Threads.WaitForProcessors();
        }
    }
}
