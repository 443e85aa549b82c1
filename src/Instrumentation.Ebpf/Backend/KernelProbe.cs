using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Points;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Events;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Backend;

/// <summary>The maps, programs and links of a probe.</summary>
internal sealed class KernelProbe : IAsyncDisposable
{
    private const int CallsAtATime = 8192;

    private readonly ProbeRuntime _runtime;
    private readonly PointTarget _target;
    private readonly List<IDisposable> _owned = [];
    private readonly List<IDisposable> _links = [];
    private KernelRing? _ring;

    private KernelProbe(ProbeRuntime runtime, PointTarget target)
    {
        _runtime = runtime;
        _target = target;
        Cells = new KernelCells(runtime.Spec.Aggregation);
    }

    /// <summary>The counts and the aggregate; they can be read after the detach, too.</summary>
    public KernelCells Cells { get; }

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
            probe.Attach();
            return probe;
        }
        catch
        {
            await probe.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

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
        _owned.ForEach(static owned => owned.Dispose());
        _owned.Clear();
        if (_ring is not null)
        {
            _ring = null;
            await KernelRing.ReleaseAsync().ConfigureAwait(false);
        }
    }

    private void Attach()
    {
        ProbeSpec spec = _runtime.Spec;
        bool atEnd = (spec.Edge & (ProbeEdge.Return | ProbeEdge.Throw | ProbeEdge.Call)) != 0 && _target.Exit() is not null;
        ProgramSource source = (atEnd ? _target.Exit() : _target.Entry())!;
        RecordLayout layout = new(spec.CaptureShape, _runtime.MaximumStringLength);
        int site = ProbeSite.RegisterAll(_target.Sites, "kernel").Number;
        ProgramRequest request = new()
        {
            Spec = spec,
            ProbeId = _runtime.Id,
            Version = _runtime.Captures.NumberOf(spec.CaptureShape),
            Site = site,
            Edge = !atEnd ? ProbeEdge.Entry : spec.Edge.HasFlag(ProbeEdge.Call) ? ProbeEdge.Call : ProbeEdge.Return,
            KeepsStart = false,
            ProcessId = ((KernelPoint)spec.Point).Processes.ProcessId,
            Layout = layout,
            Instructions = KernelCapabilities.Instructions(),
        };
        if (atEnd)
        {
            int[] kept = source.LosesArguments ? [.. Arguments(request).Select(source.Number).Distinct().Order()] : [];
            bool timed = spec.Edge.HasFlag(ProbeEdge.Call) || Nodes(request).Any(static node => node is ContextExpression { Value: ContextValue.Duration });
            request = request with { KeptArguments = kept, KeepsStart = timed || kept.Length > 0 };
        }

        if (spec.Aggregation is null)
        {
            _ring = KernelRing.Acquire();
            if (layout.HasStrings)
            {
                _ring.Add(_runtime.Id, new RecordTranslator(layout, _runtime.MaximumStringLength));
            }
        }

        Load(request, source, atEnd);
    }

    private void Load(ProgramRequest request, ProgramSource source, bool atEnd)
    {
        ProgramMaps maps = Cells.Maps(_ring?.Ring.Handle);
        if (request.KeepsStart)
        {
            BpfMap calls = Own(new BpfMap(new MapDescription(MapType.Hash, CallKey.Size, ProbeCompiler.CallBytes(request), CallsAtATime) { Name = "instr_calls" }));
            maps = maps with { Calls = calls.Handle };
        }

        // The first compilation says how much scratch memory is needed, the second uses it.
        ScratchLayout scratch = new();
        _ = ProbeCompiler.Report(request, source, maps, scratch);
        if (scratch.Size > 0)
        {
            maps = maps with { Scratch = Own(new BpfMap(new MapDescription(MapType.PerCpuArray, sizeof(int), scratch.Size, 1) { Name = "instr_scratch" })).Handle };
            request = request with { NeedsScratch = true };
        }

        BpfProgram report = Own(Load(source, ProbeCompiler.Report(request, source, maps, new ScratchLayout()), "report"));
        BpfProgram? start = null;
        if (request.KeepsStart)
        {
            ProgramSource entry = _target.Entry();
            start = Own(Load(entry, ProbeCompiler.Start(request, entry, maps), "start"));
        }

        _links.AddRange(_target.Attach(atEnd ? new LoadedPrograms(start, report) : new LoadedPrograms(report, null)));
    }

    private static BpfProgram Load(ProgramSource source, BpfCode code, string name) => BpfProgram.Load(new ProgramDescription(source.Type, code)
    {
        Name = $"instr_{name}",
        ExpectedAttachType = source.ExpectedAttachType,
        AttachBtfId = source.AttachBtfId,
    });

    private static IEnumerable<ProbeExpression> Nodes(ProgramRequest request) => request.Expressions.SelectMany(ExpressionWalk.Nodes);

    private static IEnumerable<ArgumentExpression> Arguments(ProgramRequest request) => Nodes(request).OfType<ArgumentExpression>();

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}
