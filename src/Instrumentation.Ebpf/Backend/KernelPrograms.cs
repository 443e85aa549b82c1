using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Contexts;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Points;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Events;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Backend;

/// <summary>
/// Compiles and loads the programs of a probe. What is attached where the probe reports is a program of five instructions that goes on in the one that is in a table: so the
/// reporting program is exchanged by one write, and every hit runs the old one or the new one.
/// </summary>
/// <param name="runtime">The probe.</param>
/// <param name="target">Its point.</param>
/// <param name="cells">Its counts and its aggregate.</param>
/// <param name="ring">The ring; null for a probe that aggregates.</param>
internal sealed class KernelPrograms(ProbeRuntime runtime, PointTarget target, KernelCells cells, KernelRing? ring) : IDisposable
{
    private const int CallsAtATime = 8192;

    private readonly List<IDisposable> _owned = [];
    private readonly BpfProgramArray _table = new(1, "instr_report");
    private ProgramRequest? _request;
    private ProgramMaps? _maps;
    private BpfProgram? _report;
    private BpfMap? _calls;
    private ContextMap? _contexts;
    private int _scratchBytes;

    /// <summary>Whether records of probes that are attached from now on carry what caused them. Only a measurement of what that costs does without.</summary>
    public static bool RecordsCarryCause { get; set; } = true;

    private bool IsAtEnd { get; } = (runtime.Spec.Edge & (ProbeEdge.Return | ProbeEdge.Throw | ProbeEdge.Call)) != 0 && target.Exit() is not null;

    /// <summary>Compiles and loads the programs for the probe's spec.</summary>
    /// <returns>The programs, to be attached; they belong to this object.</returns>
    /// <exception cref="InstrumentationException">An expression cannot be compiled, or the kernel refused.</exception>
    public LoadedPrograms Load()
    {
        ProbeSpec spec = runtime.Spec;
        ProgramSource source = Source();
        ProgramRequest request = Request(spec);
        if (IsAtEnd)
        {
            (IReadOnlyList<int> arguments, bool duration) = Kept(request, source);
            request = request with { KeptArguments = arguments, KeepsStart = duration || spec.Edge.HasFlag(ProbeEdge.Call) || arguments.Count > 0 };
        }

        ProgramMaps maps = cells.Maps(ring?.Ring.Handle) with { Contexts = ContextsFor(request) };
        if (request.KeepsStart)
        {
            BpfMap calls = _calls = Own(new BpfMap(new MapDescription(MapType.Hash, CallKey.Size, ProbeCompiler.CallBytes(request), CallsAtATime) { Name = "instr_calls" }));
            maps = maps with { Calls = calls.Handle };
        }

        Install(request, maps);
        BpfProgram gate = Own(Load(source, Gate(), "gate"));
        cells.Watch(gate);
        if (!IsAtEnd)
        {
            return new LoadedPrograms(gate, null);
        }

        if (!request.KeepsStart)
        {
            return new LoadedPrograms(null, gate);
        }

        ProgramSource entry = target.Entry();
        BpfProgram start = Own(Load(entry, ProbeCompiler.Start(request, entry, maps), "start"));
        cells.Watch(start);
        List<BpfProgram> others = [];
        foreach (BpfProgram other in target.LoadOthers(maps))
        {
            cells.Watch(Own(other));
            others.Add(other);
        }

        return new LoadedPrograms(start, gate) { Others = others };
    }

    /// <summary>Exchanges the program that reports. When it throws, nothing has changed.</summary>
    /// <param name="spec">The new spec.</param>
    /// <exception cref="InstrumentationException">An expression cannot be compiled, or needs what the attached programs do not keep, or the kernel refused.</exception>
    public void Exchange(ProbeSpec spec)
    {
        ProgramRequest request = _request! with { Spec = spec, Version = runtime.Captures.NumberOf(spec.CaptureShape), Layout = new RecordLayout(spec.CaptureShape, runtime.MaximumStringLength) };
        if (IsAtEnd)
        {
            (IReadOnlyList<int> arguments, bool duration) = Kept(request, Source());
            if ((duration && !request.KeepsStart) || arguments.Except(request.KeptArguments).Any())
            {
                throw new SpecException(
                    $"The changed probe on {spec.Point.Describe()}",
                    "it reads a duration or an argument that has to be kept from the call's beginning, which the attached probe does not do.",
                    "Attach a second probe, then dispose the first; or let the first spec read it, too.");
            }
        }

        Install(request, _maps!);
    }

    /// <summary>Forgets the calls that have begun: the programs were detached, so that their ends may have been missed.</summary>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public void ForgetCalls()
    {
        if (_calls is not null)
        {
            _ = MapReading.All<CallKey>(_calls, _calls.Description.ValueSize, delete: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _report?.Dispose();
        _table.Dispose();
        _owned.ForEach(static owned => owned.Dispose());
        _owned.Clear();
        if (_contexts is not null)
        {
            _contexts = null;
            ContextMap.Release();
        }
    }

    private ProgramRequest Request(ProbeSpec spec) => new()
    {
        Spec = spec,
        ProbeId = runtime.Id,
        Version = runtime.Captures.NumberOf(spec.CaptureShape),
        Site = ProbeSite.RegisterAll(target.Sites, "kernel").Number,
        Edge = !IsAtEnd ? ProbeEdge.Entry : spec.Edge.HasFlag(ProbeEdge.Call) ? ProbeEdge.Call : ProbeEdge.Return,
        KeepsStart = false,
        ProcessId = ((KernelPoint)spec.Point).Processes.ProcessId,
        Layout = new RecordLayout(spec.CaptureShape, runtime.MaximumStringLength),
        Instructions = KernelCapabilities.Instructions(),
        CarriesCause = RecordsCarryCause,
    };

    private void Install(ProgramRequest request, ProgramMaps maps)
    {
        maps = maps with { Limits = cells.LimitsFor(request.Spec.Limits), Contexts = ContextsFor(request) };

        // The first compilation says how much scratch memory is needed, the second uses it.
        ProgramSource source = Source();
        ScratchMemory memory = new(source, request.Instructions);
        ScratchLayout scratch = memory.NewLayout();
        _ = ProbeCompiler.Report(request, source, maps, scratch);
        if (scratch.Size > _scratchBytes)
        {
            BpfMap elements = Own(new BpfMap(new MapDescription(MapType.PerCpuArray, sizeof(int), scratch.Size, memory.Elements) { Name = "instr_scratch" }));
            maps = maps with { Scratch = elements.Handle };
            _scratchBytes = scratch.Size;
            _maps = _maps is null ? null : _maps with { Scratch = maps.Scratch };
        }

        request = request with { NeedsScratch = scratch.Size > 0 };
        source = Source();
        BpfProgram report = Load(source, ProbeCompiler.Report(request, source, maps, memory.NewLayout()), "report");
        try
        {
            if (request.Layout.HasStrings)
            {
                ring!.Add(runtime.Id, request.Version, new RecordTranslator(request.Layout, runtime.MaximumStringLength));
            }

            _table.Set(0, report);
        }
        catch
        {
            report.Dispose();
            throw;
        }

        // The kernel keeps the old program until the hits that run it have ended.
        _report?.Dispose();
        (_report, _request, _maps) = (report, request, maps);
    }

    // A changed spec may ask for the cause where the first one did not: the share is kept until the end then.
    private MapHandle? ContextsFor(ProgramRequest request)
    {
        if (request.NeedsCause)
        {
            _contexts ??= ContextMap.Acquire();
        }

        return _contexts?.Handle;
    }

    private BpfCode Gate()
    {
        BpfAssembler assembler = new(KernelCapabilities.Instructions());
        assembler.LoadMap(Register.R2, _table.Handle, "report");
        assembler.Move(Register.R3, 0);
        assembler.Call(BpfHelper.TailCall);
        assembler.Move(Register.R0, 0);
        assembler.Exit();
        return assembler.Build();
    }

    private ProgramSource Source() => IsAtEnd ? target.Exit()! : target.Entry();

    private static (IReadOnlyList<int> Arguments, bool Duration) Kept(ProgramRequest request, ProgramSource source)
    {
        ProbeExpression[] nodes = [.. request.Expressions.SelectMany(ExpressionWalk.Nodes)];
        int[] arguments = source.LosesArguments ? [.. nodes.Select(source.ArgumentOf).OfType<ArgumentExpression>().Select(source.Number).Distinct().Order()] : [];
        return ([.. source.AlwaysKept, .. arguments], nodes.Any(static node => node is ContextExpression { Value: ContextValue.Duration }));
    }

    private static BpfProgram Load(ProgramSource source, BpfCode code, string name) => BpfProgram.Load(new ProgramDescription(source.Type, code)
    {
        Name = $"instr_{name}",
        ExpectedAttachType = source.ExpectedAttachType,
        AttachBtfId = source.AttachBtfId,
    });

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}
