using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>
/// Compiles the programs of a probe. A report program: is the hit one of the point's? of the process? had the call's beginning been seen? condition? limits? then
/// the aggregation or the record. A start program keeps a call's beginning for the report at its end.
/// </summary>
internal sealed class ProbeCompiler
{
    private readonly ProgramRequest _request;
    private readonly ProgramSource _source;
    private readonly ProgramMaps _maps;
    private readonly BpfAssembler _assembler;
    private readonly CodeEmitter _code;
    private readonly ExpressionCompiler _expressions;
    private readonly ScratchMemory _scratch;
    private readonly Label _skip;
    private readonly Label _leave;

    private ProbeCompiler(ProgramRequest request, ProgramSource source, ProgramMaps maps, ScratchLayout scratch)
    {
        _request = request;
        _source = source;
        _maps = maps;
        _assembler = new BpfAssembler(request.Instructions);
        _code = new CodeEmitter(_assembler, scratch);
        _expressions = new ExpressionCompiler(_code, source, request.Layout.StringRoom);
        _scratch = new ScratchMemory(source, request.Instructions);
        _skip = _assembler.NewLabel("skip");
        _leave = _assembler.NewLabel("leave");
        source.Call = new CallState { Stacks = maps.Stacks, Contexts = maps.Contexts };
    }

    /// <summary>The bytes of what is kept of a call's beginning.</summary>
    /// <param name="request">The probe.</param>
    /// <returns>The bytes: the time, then the arguments.</returns>
    public static int CallBytes(ProgramRequest request) => sizeof(long) * (1 + request.KeptArguments.Count);

    /// <summary>Compiles the program that reports.</summary>
    /// <param name="request">The probe.</param>
    /// <param name="source">The values at the moment of the report.</param>
    /// <param name="maps">The maps.</param>
    /// <param name="scratch">Takes what scratch memory it needs.</param>
    /// <returns>The code.</returns>
    /// <exception cref="ExpressionException">An expression cannot be compiled.</exception>
    public static BpfCode Report(ProgramRequest request, ProgramSource source, ProgramMaps maps, ScratchLayout scratch)
    {
        ProbeCompiler compiler = new(request, source, maps, scratch);
        compiler.EmitReport();
        return compiler._assembler.Build();
    }

    /// <summary>Compiles the program that keeps the beginnings of calls.</summary>
    /// <param name="request">The probe.</param>
    /// <param name="source">The values at the beginning.</param>
    /// <param name="maps">The maps.</param>
    /// <returns>The code.</returns>
    public static BpfCode Start(ProgramRequest request, ProgramSource source, ProgramMaps maps)
    {
        ProbeCompiler compiler = new(request, source, maps, new ScratchLayout());
        compiler.EmitStart();
        return compiler._assembler.Build();
    }

    /// <summary>Emits an increment of a counter.</summary>
    /// <param name="counter">The counter's name in <see cref="ProbeCounters"/>.</param>
    internal void Count(string counter)
    {
        // Atomic: where programs can be preempted, another task on the processor may run the same program in between.
        _assembler.Move(Register.R1, 1);
        _assembler.Atomic(AtomicOperation.Add, CodeEmitter.Statistics, (int)Marshal.OffsetOf<ProbeCounters>(counter), Register.R1);
    }

    private void EmitReport()
    {
        EmitHead();
        if (_request.NeedsTimeFirst)
        {
            EmitNow();
        }

        if (_request.KeepsStart)
        {
            EmitFindStart();
        }

        Count(nameof(ProbeCounters.Hits));
        if (_request.NeedsScratch)
        {
            _scratch.EmitTake(_code, this, _maps.Scratch, _leave);
        }

        if (_request.Spec.Condition is { } condition)
        {
            EmitCondition(condition);
        }

        if (_request is { NeedsTimeFirst: false, NeedsTime: true })
        {
            EmitNow();
        }

        new LimitEmitter(_code, _request, _maps).Emit(this, _source.Call.Now, _skip);
        Count(nameof(ProbeCounters.Passed));
        if (_request.Spec.Aggregation is { } aggregation)
        {
            new AggregationEmitter(_code, _expressions, _source, _maps).Emit(this, aggregation, _skip);
        }
        else
        {
            new RecordEmitter(_code, _expressions, _request, _source, _maps).Emit(this, _skip);
        }

        EmitTail();
    }

    private void EmitStart()
    {
        EmitHead();
        EmitNow();
        StackSlot key = EmitKey();
        int bytes = CallBytes(_request);
        StackSlot value = _code.Frame.Take(bytes, "the call's beginning");
        for (int i = 0; i < _request.KeptArguments.Count; i++)
        {
            _source.EmitArgumentBits(_code, _request.KeptArguments[i]);
            _assembler.Store(Register.R10, value.Offset + (sizeof(long) * (i + 1)), Register.R0);
        }

        _assembler.Load(Register.R0, Register.R10, _source.Call.Now!.Value.Offset);
        _assembler.Store(Register.R10, value.Offset, Register.R0);
        _assembler.LoadMap(Register.R1, _maps.Calls, "calls");
        _code.EmitAddress(Register.R2, key);
        _code.EmitAddress(Register.R3, value);
        _assembler.Move(Register.R4, 0);
        _assembler.Call(BpfHelper.MapUpdateElement);
        _assembler.JumpIf(JumpCondition.Equal, Register.R0, 0, _leave);
        Count(nameof(ProbeCounters.Lost));
        EmitTail();
    }

    private void EmitHead()
    {
        _assembler.Note("the head");
        _assembler.Move(CodeEmitter.Context, Register.R1);
        _source.EmitFilter(_code, _leave);
        if (_request.ProcessId is { } process)
        {
            _source.EmitProcessFilter(_code, process, _leave);
        }

        MapAccess.EmitElement(_code, _maps.Counters, "counters", 0, _leave, CodeEmitter.Statistics);
    }

    private void EmitNow()
    {
        StackSlot now = _code.Frame.Take(sizeof(long), "the time");
        _assembler.Call(BpfHelper.KernelTimeGetNs);
        _assembler.Store(Register.R10, now.Offset, Register.R0);
        _source.Call.Now = now;
    }

    private StackSlot EmitKey()
    {
        StackSlot key = _code.Frame.Take(CallKey.Size, "the call's key");
        _source.EmitCallKey(_code, key);
        return key;
    }

    private void EmitFindStart()
    {
        _assembler.Note("the call's beginning");
        StackSlot start = _code.Frame.Take(CallBytes(_request), "the call's beginning");
        using (StackSlot key = EmitKey())
        {
            _assembler.LoadMap(Register.R1, _maps.Calls, "calls");
            _code.EmitAddress(Register.R2, key);
            _assembler.Call(BpfHelper.MapLookupElement);
            _assembler.JumpIf(JumpCondition.Equal, Register.R0, 0, _leave);
            for (int at = 0; at < start.Bytes; at += sizeof(long))
            {
                _assembler.Load(Register.R1, Register.R0, at);
                _assembler.Store(Register.R10, start.Offset + at, Register.R1);
            }

            _assembler.LoadMap(Register.R1, _maps.Calls, "calls");
            _code.EmitAddress(Register.R2, key);
            _assembler.Call(BpfHelper.MapDeleteElement);
        }

        _source.Call.Start = start;
        for (int i = 0; i < _request.KeptArguments.Count; i++)
        {
            _source.Call.Arguments[_request.KeptArguments[i]] = start with { Offset = start.Offset + (sizeof(long) * (i + 1)), Bytes = sizeof(long) };
        }
    }

    private void EmitCondition(ProbeExpression condition)
    {
        _assembler.Note(ExpressionText.Of(condition));
        Label turnedAway = _assembler.NewLabel("turnedAway");
        Label sound = _assembler.NewLabel("sound");
        _code.EmitNoFault();
        _expressions.EmitCondition(condition, turnedAway);
        _assembler.JumpIf(JumpCondition.Equal, CodeEmitter.Fault, 0, sound);
        _assembler.Mark(turnedAway);
        _assembler.JumpIf(JumpCondition.Equal, CodeEmitter.Fault, 0, _skip);
        Count(nameof(ProbeCounters.Faults));
        _assembler.Jump(_skip);
        _assembler.Mark(sound);
    }

    private void EmitTail()
    {
        _assembler.Note("the end");
        _assembler.Mark(_skip);
        if (_request.NeedsScratch)
        {
            _scratch.EmitGiveBack(_code);
        }

        _assembler.Mark(_leave);
        _assembler.Move(Register.R0, 0);
        _assembler.Exit();
    }
}
