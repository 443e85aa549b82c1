using System.Reflection.Emit;

namespace Instrumentation.Managed.Hooks;

/// <summary>Emits what opens and closes the span of a call, around what its hooks report.</summary>
internal sealed class SpanBody
{
    private readonly HookRequest _request;
    private readonly HookSignature _signature;
    private readonly ILGenerator _il;
    private readonly LocalBuilder _state;

    /// <summary>Prepares the span of a hook, if it has one.</summary>
    /// <param name="request">The hook.</param>
    /// <param name="signature">Its signature.</param>
    /// <param name="il">Its code.</param>
    /// <param name="state">The local of the thread's state.</param>
    public SpanBody(HookRequest request, HookSignature signature, ILGenerator il, LocalBuilder state)
    {
        _request = request;
        _signature = signature;
        _il = il;
        _state = state;
        End = request.Kind == HookKind.End && request.Span != SpanKind.None ? il.DeclareLocal(typeof(SpanEnd)) : null;
    }

    /// <summary>The local of the span's end; null in other hooks.</summary>
    public LocalBuilder? End { get; }

    /// <summary>Emits the opening: what the end hook takes as the call's start is on the stack then.</summary>
    public void EmitBegin()
    {
        _il.Emit(OpCodes.Ldloc, _state);
        _il.Emit(OpCodes.Ldarg, (short)_signature.Site);
        Call(_request.Span == SpanKind.Flow ? nameof(SpanRuntime.BeginFlow) : nameof(SpanRuntime.Begin));
    }

    /// <summary>Emits the closing. From here on the call's start is a time, as in hooks of calls that are no spans.</summary>
    public void EmitEnd()
    {
        Label resumed = _il.DefineLabel();
        Label known = _il.DefineLabel();
        SkipWhenResumed(resumed);
        _il.Emit(OpCodes.Ldloc, _state);
        _il.Emit(OpCodes.Ldarg, (short)_signature.Start);
        _il.Emit(OpCodes.Ldloca, End!);
        Call(nameof(SpanRuntime.Leave));
        _il.Emit(OpCodes.Br, known);
        _il.MarkLabel(resumed);
        _il.Emit(OpCodes.Ldloc, _state);
        _il.Emit(OpCodes.Ldloca, End!);
        Call(nameof(SpanRuntime.Resume));
        _il.MarkLabel(known);
        _il.Emit(OpCodes.Ldloc, End!);
        _il.Emit(OpCodes.Ldfld, typeof(SpanEnd).GetField(nameof(SpanEnd.Start))!);
        _il.Emit(OpCodes.Starg, (short)_signature.Start);
    }

    /// <summary>Emits what follows the report: an asynchronous call that has ended with its frame is told so.</summary>
    public void EmitEnded()
    {
        if (_request.Span == SpanKind.Flow)
        {
            Call(nameof(SpanRuntime.End));
        }
    }

    /// <summary>Emits the closing without a report: the probe is detached by now, or the call ends inside of the library.</summary>
    /// <param name="done">Where to go when there is nothing to close.</param>
    public void EmitAbandoned(Label done)
    {
        SkipWhenResumed(done);
        _il.Emit(OpCodes.Ldarg, (short)_signature.Start);
        Call(nameof(SpanRuntime.Abandon));
    }

    private void SkipWhenResumed(Label target)
    {
        if (_signature.CallId >= 0)
        {
            _il.Emit(OpCodes.Ldarg, (short)_signature.CallId);
            _il.Emit(OpCodes.Ldc_I4_0);
            _il.Emit(OpCodes.Conv_I8);
            _il.Emit(OpCodes.Bge, target);
        }
    }

    private void Call(string name) => _il.Emit(OpCodes.Call, typeof(SpanRuntime).GetMethod(name)!);
}
