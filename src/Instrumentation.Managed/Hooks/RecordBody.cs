using System.Reflection.Emit;
using System.Runtime.InteropServices;
using Instrumentation.Events;
using Instrumentation.Expressions;
using Instrumentation.Managed.Expressions;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Managed.Hooks;

/// <summary>Emits the writing of a record: all values first, then room for exactly them, then the header and the fields.</summary>
internal sealed unsafe class RecordBody
{
    // SAFETY: pointers are only named here, as types of locals; the emitted code writes what it has reserved, EmitLength and EmitField agree on it.
    private readonly HookRequest _request;
    private readonly HookSignature _signature;
    private readonly ILGenerator _il;
    private readonly ExpressionEmitter _expressions;
    private readonly LocalBuilder _state;
    private readonly LocalBuilder _block;
    private readonly LocalBuilder _fault;
    private readonly LocalBuilder _now;
    private readonly LocalBuilder? _cancelled;
    private readonly LocalBuilder _record;
    private readonly LocalBuilder _length;
    private readonly LocalBuilder _faults;
    private readonly LocalBuilder _cursor;

    /// <summary>Prepares the record of a hook.</summary>
    /// <param name="request">The hook.</param>
    /// <param name="signature">Its signature.</param>
    /// <param name="il">Its code.</param>
    /// <param name="expressions">Emits its expressions.</param>
    /// <param name="state">The local of the thread's state.</param>
    /// <param name="block">The local of the probe's block.</param>
    /// <param name="fault">The local of the fault flag.</param>
    /// <param name="now">The local of the timestamp.</param>
    /// <param name="cancelled">The local that tells a cancelled task; null where there is no task.</param>
    public RecordBody(
        HookRequest request,
        HookSignature signature,
        ILGenerator il,
        ExpressionEmitter expressions,
        LocalBuilder state,
        LocalBuilder block,
        LocalBuilder fault,
        LocalBuilder now,
        LocalBuilder? cancelled)
    {
        _request = request;
        _signature = signature;
        _il = il;
        _expressions = expressions;
        _state = state;
        _block = block;
        _fault = fault;
        _now = now;
        _cancelled = cancelled;
        _record = il.DeclareLocal(typeof(byte*));
        _length = il.DeclareLocal(typeof(int));
        _faults = il.DeclareLocal(typeof(int));
        _cursor = il.DeclareLocal(typeof(byte*));
    }

    /// <summary>The local of the span's end; null when the call is no span.</summary>
    public LocalBuilder? End { get; init; }

    /// <summary>Whether a type is zero-extended to 64 bits.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True for bool, char and the unsigned ones.</returns>
    public static bool IsUnsigned(Type type) => Type.GetTypeCode(type.IsEnum ? Enum.GetUnderlyingType(type) : type) switch
    {
        TypeCode.Boolean or TypeCode.Char or TypeCode.Byte or TypeCode.UInt16 or TypeCode.UInt32 or TypeCode.UInt64 => true,
        _ => type == typeof(nuint) || type == typeof(CodeAddress),
    };

    /// <summary>Emits the record.</summary>
    /// <param name="leave">Where to go when there is no room.</param>
    public void Emit(Label leave)
    {
        IReadOnlyList<CaptureField> fields = _request.Capture?.Fields ?? [];
        LocalBuilder[] values = [.. fields.Select(Evaluate)];
        EmitLength(fields, values);
        _il.Emit(OpCodes.Ldloc, _state);
        _il.Emit(OpCodes.Ldloc, _block);
        _il.Emit(OpCodes.Ldloc, _length);
        Call(nameof(RecordWriting.Reserve));
        _il.Emit(OpCodes.Stloc, _record);
        _il.Emit(OpCodes.Ldloc, _record);
        _il.Emit(OpCodes.Brfalse, leave);
        EmitHeader([.. values.Where(value => value.LocalType == typeof(string))]);
        _il.Emit(OpCodes.Ldloc, _record);
        _il.Emit(OpCodes.Ldc_I4, EventRecordHeader.Size);
        _il.Emit(OpCodes.Add);
        if (End is not null)
        {
            _il.Emit(OpCodes.Ldloca, End);
            _il.Emit(OpCodes.Call, typeof(SpanEnd).GetMethod(nameof(SpanEnd.WriteExtension))!);
        }

        _il.Emit(OpCodes.Stloc, _cursor);
        for (int i = 0; i < values.Length; i++)
        {
            EmitField(fields[i].Value.Type, values[i]);
        }

        _il.Emit(OpCodes.Ldloc, _state);
        _il.Emit(OpCodes.Ldloc, _block);
        _il.Emit(OpCodes.Ldloc, _length);
        Call(nameof(RecordWriting.Commit));
    }

    private LocalBuilder Evaluate(CaptureField field, int index)
    {
        Type type = field.Value.Type;
        LocalBuilder value = _il.DeclareLocal(type == typeof(string) ? typeof(string) : IsFloat(type) ? typeof(double) : typeof(long));
        Label sound = _il.DefineLabel();
        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Stloc, _fault);
        _expressions.Emit(field.Value);
        if (type != typeof(string))
        {
            _il.Emit(IsFloat(type) ? OpCodes.Conv_R8 : IsUnsigned(type) ? OpCodes.Conv_U8 : OpCodes.Conv_I8);
        }

        _il.Emit(OpCodes.Stloc, value);
        _il.Emit(OpCodes.Ldloc, _fault);
        _il.Emit(OpCodes.Brfalse, sound);
        HookBody.IncrementCounter(_il, _block, nameof(ProbeBlock.Faults));
        _il.Emit(OpCodes.Ldloc, _faults);
        _il.Emit(OpCodes.Ldc_I4, 1 << index);
        _il.Emit(OpCodes.Or);
        _il.Emit(OpCodes.Stloc, _faults);
        _il.MarkLabel(sound);
        return value;
    }

    private void EmitLength(IReadOnlyList<CaptureField> fields, LocalBuilder[] values)
    {
        int strings = fields.Count(field => field.Value.Type == typeof(string));
        _il.Emit(OpCodes.Ldc_I4, EventRecordHeader.Size + (8 * (fields.Count - strings)));
        foreach (LocalBuilder value in values.Where(value => value.LocalType == typeof(string)))
        {
            _il.Emit(OpCodes.Ldloc, value);
            _il.Emit(OpCodes.Ldc_I4, _request.MaximumStringLength);
            Call(nameof(RecordWriting.StringBytes));
            _il.Emit(OpCodes.Add);
        }

        if (End is not null)
        {
            _il.Emit(OpCodes.Ldloca, End);
            _il.Emit(OpCodes.Call, typeof(SpanEnd).GetMethod(nameof(SpanEnd.ExtensionBytes))!);
            _il.Emit(OpCodes.Add);
        }

        _il.Emit(OpCodes.Stloc, _length);
    }

    private void EmitField(Type type, LocalBuilder value)
    {
        _il.Emit(OpCodes.Ldloc, _cursor);
        _il.Emit(OpCodes.Ldloc, value);
        if (type == typeof(string))
        {
            _il.Emit(OpCodes.Ldc_I4, _request.MaximumStringLength);
            Call(nameof(RecordWriting.WriteString));
            _il.Emit(OpCodes.Stloc, _cursor);
            return;
        }

        _il.Emit(IsFloat(type) ? OpCodes.Stind_R8 : OpCodes.Stind_I8);
        _il.Emit(OpCodes.Ldloc, _cursor);
        _il.Emit(OpCodes.Ldc_I4_8);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, _cursor);
    }

    private void EmitHeader(IReadOnlyList<LocalBuilder> strings)
    {
        Set(nameof(EventRecordHeader.Length), () => _il.Emit(OpCodes.Ldloc, _length));
        Set(nameof(EventRecordHeader.ProbeId), () =>
        {
            _il.Emit(OpCodes.Ldloc, _block);
            _il.Emit(OpCodes.Ldfld, typeof(ProbeBlock).GetField(nameof(ProbeBlock.ProbeId))!);
        });
        Set(nameof(EventRecordHeader.Timestamp), () => _il.Emit(OpCodes.Ldloc, _now));
        Set(nameof(EventRecordHeader.Duration), EmitDuration);
        Set(nameof(EventRecordHeader.ThreadId), () =>
        {
            _il.Emit(OpCodes.Ldloc, _state);
            _il.Emit(OpCodes.Ldfld, typeof(ThreadState).GetField(nameof(ThreadState.ThreadId))!);
        });
        Set(nameof(EventRecordHeader.Site), () => _il.Emit(OpCodes.Ldarg, (short)_signature.Site));
        EmitMarks(strings);
        Set(nameof(EventRecordHeader.CallId), EmitCallId);
        Set(nameof(EventRecordHeader.Span), EmitSpan);
    }

    // Edge, flags, version and faults lie in eight bytes, which one store writes.
    private void EmitMarks(IReadOnlyList<LocalBuilder> strings)
    {
        int edge = Offset(nameof(EventRecordHeader.Edge));
        _il.Emit(OpCodes.Ldloc, _record);
        _il.Emit(OpCodes.Ldc_I4, edge);
        _il.Emit(OpCodes.Add);
        EmitEdge();
        EmitFlags(strings);
        _il.Emit(OpCodes.Ldc_I4, 8 * (Offset(nameof(EventRecordHeader.Flags)) - edge));
        _il.Emit(OpCodes.Shl);
        _il.Emit(OpCodes.Or);
        _il.Emit(OpCodes.Ldc_I4, _request.Version << (8 * (Offset(nameof(EventRecordHeader.Version)) - edge)));
        _il.Emit(OpCodes.Or);
        _il.Emit(OpCodes.Conv_U8);
        _il.Emit(OpCodes.Ldloc, _faults);
        _il.Emit(OpCodes.Conv_U8);
        _il.Emit(OpCodes.Ldc_I4, 8 * (Offset(nameof(EventRecordHeader.Faults)) - edge));
        _il.Emit(OpCodes.Shl);
        _il.Emit(OpCodes.Or);
        _il.Emit(OpCodes.Stind_I8);
    }

    private static int Offset(string field) => (int)Marshal.OffsetOf<EventRecordHeader>(field);

    private void EmitSpan()
    {
        if (End is not null)
        {
            LoadEnd(nameof(SpanEnd.Parent));
            return;
        }

        _il.Emit(OpCodes.Ldloc, _state);
        _il.Emit(OpCodes.Call, typeof(SpanRuntime).GetMethod(nameof(SpanRuntime.Innermost))!);
    }

    private void LoadEnd(string field)
    {
        _il.Emit(OpCodes.Ldloc, End!);
        _il.Emit(OpCodes.Ldfld, typeof(SpanEnd).GetField(field)!);
    }

    private void EmitDuration()
    {
        if (_request is { Kind: HookKind.End, KeepsStart: true })
        {
            _il.Emit(OpCodes.Ldloc, _now);
            _il.Emit(OpCodes.Ldarg, (short)_signature.Start);
            _il.Emit(OpCodes.Sub);
        }
        else
        {
            _il.Emit(OpCodes.Ldc_I8, 0L);
        }
    }

    private void EmitEdge()
    {
        if (_request.Kind != HookKind.End || _request.Edge.HasFlag(ProbeEdge.Call))
        {
            _il.Emit(OpCodes.Ldc_I4, (int)(_request.Kind == HookKind.End ? ProbeEdge.Call : _request.Edge));
            return;
        }

        // Return + (failed ? Throw - Return : 0)
        EmitFailed();
        _il.Emit(OpCodes.Ldc_I4, (int)ProbeEdge.Throw - (int)ProbeEdge.Return);
        _il.Emit(OpCodes.Mul);
        _il.Emit(OpCodes.Ldc_I4, (int)ProbeEdge.Return);
        _il.Emit(OpCodes.Add);
    }

    private void EmitFlags(IReadOnlyList<LocalBuilder> strings)
    {
        EmitOutcome();
        foreach (LocalBuilder text in strings)
        {
            _il.Emit(OpCodes.Ldloc, text);
            _il.Emit(OpCodes.Ldc_I4, _request.MaximumStringLength);
            Call(nameof(RecordWriting.CutFlag));
            _il.Emit(OpCodes.Or);
        }

        if (End is not null)
        {
            _il.Emit(OpCodes.Ldloca, End);
            _il.Emit(OpCodes.Call, typeof(SpanEnd).GetMethod(nameof(SpanEnd.ExtensionFlag))!);
            _il.Emit(OpCodes.Or);
        }
    }

    private void EmitOutcome()
    {
        if (_request.Kind != HookKind.End)
        {
            _il.Emit(OpCodes.Ldc_I4, (int)(_request.Kind == HookKind.Catch ? EventFlags.Failed : EventFlags.None));
            return;
        }

        _il.Emit(OpCodes.Ldarg, (short)_signature.Exception);
        _il.Emit(OpCodes.Ldnull);
        _il.Emit(OpCodes.Cgt_Un);
        _il.Emit(OpCodes.Ldc_I4, (int)EventFlags.Failed);
        _il.Emit(OpCodes.Mul);
        if (_cancelled is not null)
        {
            _il.Emit(OpCodes.Ldloc, _cancelled);
            _il.Emit(OpCodes.Ldc_I4, (int)EventFlags.Cancelled);
            _il.Emit(OpCodes.Mul);
            _il.Emit(OpCodes.Or);
        }

        if (_signature.Marks >= 0)
        {
            _il.Emit(OpCodes.Ldarg, (short)_signature.Marks);
            _il.Emit(OpCodes.Or);
        }

        if (_signature.CallId >= 0)
        {
            _il.Emit(OpCodes.Ldarg, (short)_signature.CallId);
            _il.Emit(OpCodes.Ldc_I4_0);
            _il.Emit(OpCodes.Conv_I8);
            _il.Emit(OpCodes.Cgt);
            _il.Emit(OpCodes.Ldc_I4, (int)EventFlags.Suspended);
            _il.Emit(OpCodes.Mul);
            _il.Emit(OpCodes.Or);
        }
    }

    private void EmitFailed()
    {
        _il.Emit(OpCodes.Ldarg, (short)_signature.Exception);
        _il.Emit(OpCodes.Ldnull);
        _il.Emit(OpCodes.Cgt_Un);
        if (_cancelled is not null)
        {
            _il.Emit(OpCodes.Ldloc, _cancelled);
            _il.Emit(OpCodes.Or);
        }
    }

    private void EmitCallId()
    {
        if (End is not null)
        {
            LoadEnd(nameof(SpanEnd.Id));
            return;
        }

        if (_signature.CallId < 0)
        {
            _il.Emit(OpCodes.Ldc_I8, 0L);
            return;
        }

        // Woven code passes -1: no number, 0 in the record.
        Label none = _il.DefineLabel();
        Label done = _il.DefineLabel();
        _il.Emit(OpCodes.Ldarg, (short)_signature.CallId);
        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Conv_I8);
        _il.Emit(OpCodes.Blt, none);
        _il.Emit(OpCodes.Ldarg, (short)_signature.CallId);
        _il.Emit(OpCodes.Br, done);
        _il.MarkLabel(none);
        _il.Emit(OpCodes.Ldc_I8, 0L);
        _il.MarkLabel(done);
    }

    private void Set(string field, Action value)
    {
        _il.Emit(OpCodes.Ldloc, _record);
        value();
        _il.Emit(OpCodes.Stfld, typeof(EventRecordHeader).GetField(field)!);
    }

    private static bool IsFloat(Type type) => type == typeof(float) || type == typeof(double);

    private void Call(string name) => _il.Emit(OpCodes.Call, typeof(RecordWriting).GetMethod(name)!);
}
