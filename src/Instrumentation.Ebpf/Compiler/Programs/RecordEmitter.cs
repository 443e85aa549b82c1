using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.RingBuffer;
using Instrumentation.Events;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>Emits the writing of a record: all values first, then room for it, then the header and the fields.</summary>
/// <param name="code">Takes the code.</param>
/// <param name="expressions">Compiles the captured values.</param>
/// <param name="request">The probe.</param>
/// <param name="source">The values of the point.</param>
/// <param name="maps">The maps.</param>
internal sealed class RecordEmitter(CodeEmitter code, ExpressionCompiler expressions, ProgramRequest request, ProgramSource source, ProgramMaps maps)
{
    // The fault flag is free once all values are there.
    private const Register Record = CauseEmitter.Record;

    private readonly BpfAssembler _assembler = code.Assembler;

    /// <summary>Emits it.</summary>
    /// <param name="program">The program around.</param>
    /// <param name="skip">Where to go when there is no room.</param>
    public void Emit(ProbeCompiler program, Label skip)
    {
        IReadOnlyList<CaptureField> fields = request.Spec.CaptureShape?.Fields ?? [];
        StackSlot faults = code.Frame.Take(sizeof(int), "the faults of captured values");
        _assembler.StoreConstant(Register.R10, faults.Offset, 0);
        StackSlot?[] values = new StackSlot?[fields.Count];
        StringSlot[] texts = new StringSlot[fields.Count];
        for (int i = 0; i < fields.Count; i++)
        {
            _assembler.Note(fields[i].Name);
            code.EmitNoFault();
            if (request.Layout.Strings[i])
            {
                texts[i] = expressions.EmitString(fields[i].Value);
            }
            else
            {
                StackSlot value = code.Frame.Take(sizeof(long), fields[i].Name);
                expressions.Emit(fields[i].Value);
                _assembler.Store(Register.R10, value.Offset, Register.R0);
                values[i] = value;
            }

            EmitFault(program, faults, i);
        }

        CauseEmitter cause = new(code, request.Layout, maps);
        cause.EmitReserve(program, source, skip);
        EmitHeader(cause, faults);
        cause.EmitEnterFields();
        for (int i = 0; i < fields.Count; i++)
        {
            if (values[i] is { } value)
            {
                _assembler.Load(Register.R0, Register.R10, value.Offset);
                _assembler.Store(Record, request.Layout.Offsets[i], Register.R0);
            }
            else
            {
                EmitText(texts[i], request.Layout.Offsets[i]);
            }
        }

        cause.EmitLeaveFields();
        _assembler.Move(Register.R1, Record);
        _assembler.Move(Register.R2, RingFlags.NoWakeUp);
        _assembler.Call(BpfHelper.RingBufferSubmit);
        program.Count(nameof(ProbeCounters.Emitted));
    }

    private void EmitFault(ProbeCompiler program, StackSlot faults, int field)
    {
        Label sound = _assembler.NewLabel("sound");
        _assembler.JumpIf(JumpCondition.Equal, CodeEmitter.Fault, 0, sound);
        program.Count(nameof(ProbeCounters.Faults));
        _assembler.Load(Register.R1, Register.R10, faults.Offset, MemorySize.Bytes4);
        _assembler.LoadConstant(Register.R2, 1L << field);
        _assembler.Alu(AluOperation.Or, Register.R1, Register.R2);
        _assembler.Store(Register.R10, faults.Offset, Register.R1, MemorySize.Bytes4);
        _assembler.Mark(sound);
    }

    private void EmitHeader(CauseEmitter cause, StackSlot faults)
    {
        CallState call = source.Call;
        Constant(nameof(EventRecordHeader.ProbeId), request.ProbeId);
        _assembler.Load(Register.R0, Register.R10, call.Now!.Value.Offset);
        Store(nameof(EventRecordHeader.Timestamp), Register.R0, MemorySize.Bytes8);
        if (call.Start is { } start)
        {
            _assembler.Load(Register.R1, Register.R10, start.Offset);
            _assembler.Alu(AluOperation.Subtract, Register.R0, Register.R1);
        }
        else
        {
            _assembler.Move(Register.R0, 0);
        }

        Store(nameof(EventRecordHeader.Duration), Register.R0, MemorySize.Bytes8);
        EventFlags flags = EventFlags.Kernel | (request.Layout.HasStrings ? RecordLayout.FixedStrings : EventFlags.None);
        _assembler.Move(Register.R0, (int)request.Edge | ((int)flags << CauseEmitter.FlagsShift) | (request.Version << 16));
        cause.EmitFlags();
        Store(nameof(EventRecordHeader.Edge), Register.R0, MemorySize.Bytes4);
        _assembler.Load(Register.R0, Register.R10, faults.Offset, MemorySize.Bytes4);
        Store(nameof(EventRecordHeader.Faults), Register.R0, MemorySize.Bytes4);
        EmitSite();
        cause.EmitSpan();
        Store(nameof(EventRecordHeader.Span), Register.R0, MemorySize.Bytes8);
        cause.EmitIds();
        Store(nameof(EventRecordHeader.ThreadId), Register.R0, MemorySize.Bytes4);
        _assembler.Alu(AluOperation.ShiftRight, Register.R0, 32);
        _assembler.Store(Record, Offset(nameof(EventRecordHeader.CallId)), Register.R0, MemorySize.Bytes4);
        _assembler.Call(BpfHelper.GetProcessorId);
        _assembler.Store(Record, Offset(nameof(EventRecordHeader.CallId)) + sizeof(int), Register.R0, MemorySize.Bytes4);
    }

    private void EmitSite()
    {
        if (!source.HasCookie)
        {
            Constant(nameof(EventRecordHeader.Site), request.Site);
            return;
        }

        _assembler.Move(Register.R1, CodeEmitter.Context);
        _assembler.Call(BpfHelper.GetAttachCookie);
        _assembler.Alu(AluOperation.Add, Register.R0, request.Site);
        Store(nameof(EventRecordHeader.Site), Register.R0, MemorySize.Bytes4);
    }

    // Text lies in scratch memory as it does in the record: a helper copies it, as a program of its own would only byte by byte.
    private void EmitText(StringSlot text, int offset)
    {
        _assembler.Move(Register.R1, Record);
        _assembler.Alu(AluOperation.Add, Register.R1, offset);
        _assembler.Move(Register.R2, RecordLayout.StringHead + Math.Min(text.Room, request.Layout.StringRoom));
        _assembler.Move(Register.R3, CodeEmitter.Memory);
        _assembler.Alu(AluOperation.Add, Register.R3, text.Offset);
        _assembler.Call(BpfHelper.ProbeReadKernel);
    }

    private void Constant(string field, int value) => _assembler.StoreConstant(Record, Offset(field), value, MemorySize.Bytes4);

    private void Store(string field, Register value, MemorySize size) => _assembler.Store(Record, Offset(field), value, size);

    private static int Offset(string field) => (int)Marshal.OffsetOf<EventRecordHeader>(field);
}
