using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Contexts;
using Instrumentation.Events;
using Instrumentation.Spans;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>
/// Emits what says of a record why it came about: the innermost span of the thread and, behind the header, its activity. A record of a thread without an activity has no
/// block and is the shorter by it: so there are two sizes, and <see cref="Record"/> is moved by the block's bytes, which the verifier knows on either way, while fields are written.
/// </summary>
/// <param name="code">Takes the code.</param>
/// <param name="layout">How the records lie without a block.</param>
/// <param name="maps">The maps.</param>
internal sealed class CauseEmitter(CodeEmitter code, RecordLayout layout, ProgramMaps maps)
{
    /// <summary>Holds the record's address.</summary>
    public const Register Record = CodeEmitter.Fault;

    /// <summary>Where flags are among the 32 bits that the header's edge, flags and version have together.</summary>
    public const int FlagsShift = 8;

    private readonly BpfAssembler _assembler = code.Assembler;
    private readonly StackSlot _ids = code.Frame.Take(sizeof(long), "the ids of process and thread");
    private readonly StackSlot _context = code.Frame.Take(sizeof(long), "the thread's context");
    private readonly StackSlot _block = code.Frame.Take(sizeof(long), "the bytes of the block");

    /// <summary>Emits the search for the thread's context, the reservation of room for its record, the record's length and the block.</summary>
    /// <param name="program">The program around.</param>
    /// <param name="source">The values of the point.</param>
    /// <param name="skip">Where to go when there is no room; that is counted.</param>
    public void EmitReserve(ProbeCompiler program, ProgramSource source, Label skip)
    {
        Label plain = _assembler.NewLabel("plain");
        Label full = _assembler.NewLabel("full");
        Label room = _assembler.NewLabel("room");
        _assembler.Note("the cause");
        source.EmitTaskIds(code);
        _assembler.Store(Register.R10, _ids.Offset, Register.R0);
        if (maps.Contexts is { } contexts)
        {
            new ContextEmitter(_assembler, contexts).EmitFind();
            _assembler.Store(Register.R10, _context.Offset, Register.R0);
            _assembler.JumpIf(JumpCondition.Equal, Register.R0, 0, plain);
            _assembler.Load(Register.R1, Register.R0, ContextEmitter.Offset(nameof(ThreadContext.Activity)) + (int)Marshal.OffsetOf<ActivityIds>(nameof(ActivityIds.Span)));
            _assembler.JumpIf(JumpCondition.Equal, Register.R1, 0, plain);
            EmitRoom(RecordExtension.ActivityOnlyBytes, full);
            EmitBlock();
            _assembler.Jump(room);
            _assembler.Mark(plain);
        }

        EmitRoom(0, full);
        _assembler.Jump(room);
        _assembler.Mark(full);
        program.Count(nameof(ProbeCounters.Lost));
        _assembler.Jump(skip);
        _assembler.Mark(room);
    }

    /// <summary>Puts the innermost span into R0.</summary>
    public void EmitSpan()
    {
        if (maps.Contexts is not { } contexts)
        {
            _assembler.Move(Register.R0, 0);
            return;
        }

        _assembler.Load(Register.R0, Register.R10, _context.Offset);
        new ContextEmitter(_assembler, contexts).EmitSpan();
    }

    /// <summary>Puts the ids of process and thread into R0.</summary>
    public void EmitIds() => _assembler.Load(Register.R0, Register.R10, _ids.Offset);

    /// <summary>Marks in R0, which holds edge, flags and version, whether there is a block.</summary>
    public void EmitFlags()
    {
        Label end = _assembler.NewLabel("flags");
        _assembler.Load(Register.R1, Register.R10, _block.Offset);
        _assembler.JumpIf(JumpCondition.Equal, Register.R1, 0, end);
        _assembler.Alu(AluOperation.Or, Register.R0, (int)EventFlags.Extended << FlagsShift);
        _assembler.Mark(end);
    }

    /// <summary>Moves <see cref="Record"/> so that fields lie where the layout says.</summary>
    public void EmitEnterFields()
    {
        _assembler.Load(Register.R1, Register.R10, _block.Offset);
        _assembler.Alu(AluOperation.Add, Record, Register.R1);
    }

    /// <summary>Moves <see cref="Record"/> back to the record's first byte.</summary>
    public void EmitLeaveFields()
    {
        _assembler.Load(Register.R1, Register.R10, _block.Offset);
        _assembler.Alu(AluOperation.Subtract, Record, Register.R1);
    }

    private void EmitRoom(int block, Label full)
    {
        _assembler.LoadMap(Register.R1, maps.Ring!, "ring");
        _assembler.Move(Register.R2, layout.Size + block);
        _assembler.Move(Register.R3, 0);
        _assembler.Call(BpfHelper.RingBufferReserve);
        _assembler.JumpIf(JumpCondition.Equal, Register.R0, 0, full);
        _assembler.Move(Record, Register.R0);
        _assembler.Move(Register.R1, block);
        _assembler.Store(Register.R10, _block.Offset, Register.R1);
        _assembler.StoreConstant(Record, (int)Marshal.OffsetOf<EventRecordHeader>(nameof(EventRecordHeader.Length)), layout.Size + block, MemorySize.Bytes4);
    }

    private void EmitBlock()
    {
        _assembler.StoreConstant(Record, EventRecordHeader.Size, RecordExtension.ActivityOnlyBytes, MemorySize.Bytes4);
        _assembler.StoreConstant(Record, EventRecordHeader.Size + sizeof(int), (int)ExtensionParts.Activity, MemorySize.Bytes4);
        _assembler.Load(Register.R1, Register.R10, _context.Offset);
        for (int at = 0; at < ActivityIds.Bytes; at += sizeof(long))
        {
            _assembler.Load(Register.R2, Register.R1, ContextEmitter.Offset(nameof(ThreadContext.Activity)) + at);
            _assembler.Store(Record, EventRecordHeader.Size + RecordExtension.HeadBytes + at, Register.R2);
        }
    }
}
