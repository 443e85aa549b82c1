using System.Reflection;
using System.Reflection.Emit;
using Instrumentation.Events;
using Instrumentation.Expressions;
using Instrumentation.Limits;
using Instrumentation.Managed.Expressions;
using Instrumentation.Managed.Interception;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Managed.Hooks;

/// <summary>
/// Emits the body of a hook: closed? guarded? ended? condition? then the aggregation or the record. Nothing in it throws, allocates, boxes or locks,
/// except what <see cref="HookRuntime"/> marks as costly and the getters that a spec allows.
/// </summary>
internal sealed unsafe class HookBody
{
    // SAFETY: pointers are only named here, as types of locals and as constants; the emitted code works on the state that Enter gives it.
    private readonly HookRequest _request;
    private readonly HookSignature _signature;
    private readonly ILGenerator _il;
    private readonly nint _resumeCell;
    private readonly LocalBuilder _state;
    private readonly LocalBuilder _block;
    private readonly LocalBuilder _fault;
    private readonly LocalBuilder _now;
    private readonly LocalBuilder? _task;
    private readonly LocalBuilder? _cancelled;
    private readonly HookRoots _roots;
    private readonly ExpressionEmitter _expressions;
    private readonly Label _leave;
    private readonly Label _out;
    private readonly LocalBuilder _result;
    private readonly SpanBody _span;
    private readonly Label _closed;

    /// <summary>Prepares a hook.</summary>
    /// <param name="request">The hook.</param>
    /// <param name="signature">Its signature.</param>
    /// <param name="il">Where its code goes.</param>
    /// <param name="alive">Takes what must live as long as the code.</param>
    /// <param name="resumeCell">Where the pointer to the resuming code will be; 0 when the hook ends no task.</param>
    public HookBody(HookRequest request, HookSignature signature, ILGenerator il, ICollection<object> alive, nint resumeCell)
    {
        _request = request;
        _signature = signature;
        _il = il;
        _resumeCell = resumeCell;
        _state = il.DeclareLocal(typeof(ThreadState*));
        _block = il.DeclareLocal(typeof(ProbeBlock*));
        _fault = il.DeclareLocal(typeof(int));
        _now = il.DeclareLocal(typeof(long));
        _result = il.DeclareLocal(typeof(long));
        if (IsTask)
        {
            _task = il.DeclareLocal(typeof(object));
            _cancelled = il.DeclareLocal(typeof(int));
        }

        _roots = new HookRoots(request, signature) { State = _state, Now = _now, TaskObject = _task };
        _expressions = new ExpressionEmitter(il, _roots, _fault, alive);
        _span = new SpanBody(request, signature, il, _state);
        _leave = il.DefineLabel();
        _out = il.DefineLabel();
        _closed = IsSpanEnd ? il.DefineLabel() : _out;
    }

    private bool IsTask => _request.Kind == HookKind.End && _request.Task.Kind != TaskKind.None;

    private bool IsSpanEnd => _request.Kind == HookKind.End && _request.Span != SpanKind.None;

    private bool ReadsClockEarly => _request.Expressions.Reads(ContextValue.Duration, ContextValue.Timestamp);

    /// <summary>Emits the hook.</summary>
    public void Emit()
    {
        LeaveWhenClosed();
        if (_request is { Kind: HookKind.Start, DecidedAtStart: false, Span: SpanKind.None })
        {
            EmitBareStart();
            return;
        }

        _il.Emit(OpCodes.Call, typeof(ThreadStates).GetMethod(nameof(ThreadStates.Enter))!);
        _il.Emit(OpCodes.Stloc, _state);
        _il.Emit(OpCodes.Ldloc, _state);
        _il.Emit(OpCodes.Brfalse, _closed);
        if (_request.Kind == HookKind.Start)
        {
            EmitStart();
        }
        else
        {
            EmitReport();
        }

        _il.MarkLabel(_leave);
        if (IsSpanEnd)
        {
            _span.EmitEnded();
        }

        _il.Emit(OpCodes.Ldloc, _state);
        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Volatile);
        _il.Emit(OpCodes.Stfld, typeof(ThreadState).GetField(nameof(ThreadState.Guard))!);
        if (IsSpanEnd)
        {
            _il.Emit(OpCodes.Br, _out);
            _il.MarkLabel(_closed);
            _span.EmitAbandoned(_out);
        }

        _il.MarkLabel(_out);
        if (_request.Kind == HookKind.Start)
        {
            _il.Emit(OpCodes.Ldloc, _result);
        }

        _il.Emit(OpCodes.Ret);
    }

    private void LeaveWhenClosed()
    {
        _il.Emit(OpCodes.Ldc_I8, (long)ProbeSlots.Tickets);
        _il.Emit(OpCodes.Conv_I);
        LoadSlot();
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Ldc_I4_4);
        _il.Emit(OpCodes.Mul);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldind_I4);
        _il.Emit(OpCodes.Ldarg, (short)_signature.Ticket);
        _il.Emit(OpCodes.Bne_Un, _closed);
        if (_request is { KeepsStart: true, Kind: HookKind.End })
        {
            // The start hook was silent: the call began before the probe was open, or inside of the library.
            _il.Emit(OpCodes.Ldarg, (short)_signature.Start);
            _il.Emit(OpCodes.Brfalse, _out);
        }
    }

    private void LoadSlot()
    {
        _il.Emit(OpCodes.Ldarg, (short)_signature.Ticket);
        _il.Emit(OpCodes.Ldc_I4, ProbeSlots.Capacity - 1);
        _il.Emit(OpCodes.And);
    }

    // Only the time: no look at the thread, since the end hook looks at its guard, which is then as it is now. Reading the clock calls no managed code.
    private void EmitBareStart()
    {
        ReadClock();
        _il.Emit(OpCodes.Ldloc, _now);
        _il.Emit(OpCodes.Ret);
        _il.MarkLabel(_out);
        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Conv_I8);
        _il.Emit(OpCodes.Ret);
    }

    private void EmitStart()
    {
        if (_request.DecidedAtStart)
        {
            LoadBlock();
            Increment(nameof(ProbeBlock.Hits));
            EmitDecision();
        }

        if (_request.Intercepts)
        {
            Increment(nameof(ProbeBlock.Passed));
            InterceptionBody.EmitBegin(_request, _signature, _il, _block, _fault, _leave);
            _il.Emit(OpCodes.Stloc, _result);
            return;
        }

        if (_request.Span != SpanKind.None)
        {
            _span.EmitBegin();
            _il.Emit(OpCodes.Stloc, _result);
            _il.Emit(OpCodes.Ldloc, _result);
            _il.Emit(OpCodes.Brtrue, _leave);

            // No memory for a span: its event will not come.
            LoadBlock();
            Increment(nameof(ProbeBlock.Lost));
            return;
        }

        ReadClock();
        _il.Emit(OpCodes.Ldloc, _now);
        _il.Emit(OpCodes.Stloc, _result);
    }

    private void EmitReport()
    {
        if (IsSpanEnd)
        {
            _span.EmitEnd();
        }

        if (IsTask)
        {
            EmitTaskEnd();
        }

        LoadBlock();
        if (!_request.DecidedAtStart)
        {
            Increment(nameof(ProbeBlock.Hits));
        }

        if (ReadsClockEarly)
        {
            ReadClock();
        }

        EmitDecision();
        Increment(nameof(ProbeBlock.Passed));
        if (_request.Aggregation is { } aggregation)
        {
            new AggregationBody(_il, _expressions, _block, _fault) { End = _span.End }.Emit(aggregation);
            return;
        }

        if (!ReadsClockEarly)
        {
            ReadClock();
        }

        new RecordBody(_request, _signature, _il, _expressions, _state, _block, _fault, _now, _cancelled) { End = _span.End }.Emit(_leave);
    }

    // A task that has not ended takes the hook's operands with it and calls the hook again; one that has failed gives its exception.
    private void EmitTaskEnd()
    {
        Label decided = _il.DefineLabel();
        Label ended = _il.DefineLabel();
        _il.Emit(OpCodes.Ldarg, (short)_signature.Exception);
        _il.Emit(OpCodes.Brtrue, decided);
        _il.Emit(OpCodes.Ldarg, (short)_signature.Result);
        if (_request.Task.Kind == TaskKind.ValueTask)
        {
            Call(nameof(HookRuntime.ObjectOf));
        }

        _il.Emit(OpCodes.Stloc, _task!);
        _il.Emit(OpCodes.Ldarg, (short)_signature.CallId);
        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Conv_I8);
        _il.Emit(OpCodes.Bge, ended);
        _il.Emit(OpCodes.Ldloc, _task!);
        Call(nameof(HookRuntime.IsPending));
        _il.Emit(OpCodes.Brfalse, ended);
        EmitSuspend();
        _il.Emit(OpCodes.Br, _leave);
        _il.MarkLabel(ended);
        _il.Emit(OpCodes.Ldloc, _task!);
        Call(nameof(HookRuntime.FailureOf));
        _il.Emit(OpCodes.Starg, (short)_signature.Exception);
        _il.Emit(OpCodes.Ldloc, _task!);
        Call(nameof(HookRuntime.IsCancelled));
        _il.Emit(OpCodes.Stloc, _cancelled!);
        _il.MarkLabel(decided);
        EmitOutcomeFilter();
    }

    private void EmitOutcomeFilter()
    {
        bool returns = (_request.Edge & (ProbeEdge.Return | ProbeEdge.Call)) != 0;
        bool throws = (_request.Edge & (ProbeEdge.Throw | ProbeEdge.Call)) != 0;
        if (returns && throws)
        {
            return;
        }

        _il.Emit(OpCodes.Ldarg, (short)_signature.Exception);
        _il.Emit(OpCodes.Ldnull);
        _il.Emit(OpCodes.Cgt_Un);
        _il.Emit(OpCodes.Ldloc, _cancelled!);
        _il.Emit(OpCodes.Or);
        _il.Emit(returns ? OpCodes.Brtrue : OpCodes.Brfalse, _leave);
    }

    private void EmitSuspend()
    {
        LocalBuilder call = _il.DeclareLocal(typeof(PendingCall));
        _il.Emit(OpCodes.Ldc_I8, (long)_resumeCell);
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Ldind_I);
        _il.Emit(OpCodes.Ldarg, (short)_signature.Start);
        _il.Emit(OpCodes.Ldarg, (short)_signature.Ticket);
        _il.Emit(OpCodes.Ldarg, (short)_signature.Site);
        if (_request.Expressions.Reads(ContextValue.Caller))
        {
            _roots.EmitCaller(_il, _fault);
        }
        else
        {
            _il.Emit(OpCodes.Ldc_I8, 0L);
        }

        _il.Emit(OpCodes.Call, typeof(PendingCall).GetMethod(nameof(PendingCall.Rent))!);
        _il.Emit(OpCodes.Stloc, call);
        for (int i = 0; i < _request.Operands.Count; i++)
        {
            _il.Emit(OpCodes.Ldloc, call);
            ResumeBody.Keep(_il, _request.Operands[i], i, _signature.Operand(_request.Operands[i].Argument));
        }

        if (IsSpanEnd)
        {
            _il.Emit(OpCodes.Ldloc, call);
            _il.Emit(OpCodes.Call, typeof(PendingCall).GetMethod(nameof(PendingCall.KeepSpan))!);
        }

        _il.Emit(OpCodes.Ldloc, call);
        _il.Emit(OpCodes.Ldloc, _task!);
        _il.Emit(OpCodes.Call, typeof(PendingCall).GetMethod(nameof(PendingCall.Follow))!);
    }

    private void EmitDecision()
    {
        if (_request.Condition is not null)
        {
            EmitCondition();
        }

        if (_request.HasLimits)
        {
            _il.Emit(OpCodes.Ldloc, _block);
            LoadSlot();
            _il.Emit(OpCodes.Call, typeof(LimitCells).GetMethod(nameof(LimitCells.Admits))!);
            _il.Emit(OpCodes.Brfalse, _leave);
        }
    }

    private void EmitCondition()
    {
        Label sound = _il.DefineLabel();
        ClearFault();
        _expressions.Emit(_request.Condition!);
        _il.Emit(OpCodes.Ldloc, _fault);
        _il.Emit(OpCodes.Brfalse, sound);
        _il.Emit(OpCodes.Pop);
        Increment(nameof(ProbeBlock.Faults));
        _il.Emit(OpCodes.Br, _leave);
        _il.MarkLabel(sound);
        _il.Emit(OpCodes.Brfalse, _leave);
    }

    private void LoadBlock()
    {
        _il.Emit(OpCodes.Ldloc, _state);
        LoadSlot();
        _il.Emit(OpCodes.Call, typeof(ThreadStates).GetMethod(nameof(ThreadStates.Block))!);
        _il.Emit(OpCodes.Stloc, _block);
        _il.Emit(OpCodes.Ldloc, _block);
        _il.Emit(OpCodes.Brfalse, _leave);
    }

    private void Increment(string counter) => IncrementCounter(_il, _block, counter);

    /// <summary>Emits the increment of a counter of the block.</summary>
    /// <param name="il">The hook's code.</param>
    /// <param name="block">The local that holds the block.</param>
    /// <param name="counter">The counter's name in <see cref="ProbeBlock"/>.</param>
    internal static void IncrementCounter(ILGenerator il, LocalBuilder block, string counter)
    {
        il.Emit(OpCodes.Ldloc, block);
        il.Emit(OpCodes.Ldflda, typeof(ProbeBlock).GetField(counter)!);
        il.Emit(OpCodes.Dup);
        il.Emit(OpCodes.Ldind_I8);
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Conv_I8);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Stind_I8);
    }

    private void ReadClock()
    {
        _il.Emit(OpCodes.Call, typeof(HookClock).GetProperty(nameof(HookClock.Now))!.GetMethod!);
        _il.Emit(OpCodes.Stloc, _now);
    }

    private void ClearFault()
    {
        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Stloc, _fault);
    }

    private void Call(string name) => _il.Emit(OpCodes.Call, typeof(HookRuntime).GetMethod(name, BindingFlags.Public | BindingFlags.Static)!);
}
