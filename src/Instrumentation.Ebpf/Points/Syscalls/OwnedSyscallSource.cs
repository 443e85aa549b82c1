using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Contexts;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Expressions;
using Instrumentation.Spans;

namespace Instrumentation.Ebpf.Points.Syscalls;

/// <summary>
/// The values of any of many system calls: the arguments, the call's number, the owner, the addresses of up to two paths (of a socket's address: of the path that it holds if it is one), and the
/// first words of the structure that an argument is the address of. What a call does not have is 0.
/// </summary>
/// <param name="calls">The calls.</param>
/// <param name="needsOwner">Whether calls of threads without an owner are left out.</param>
/// <param name="isExit">Whether it ends.</param>
internal sealed class OwnedSyscallSource(SyscallSet calls, bool needsOwner, bool isExit) : ProgramSource
{
    private const int NumberIndex = 6;
    private const int OwnerIndex = 7;
    private const int PathIndex = 8;
    private const int OtherIndex = 9;
    private const int WordIndex = 10;

    // A socket's path stands behind its family.
    private const int FamilyBytes = 2;
    private const int WordBits = 64;

    private StackSlot _number;
    private StackSlot _owner;

    /// <summary>The names of the values.</summary>
    public static IReadOnlyList<string> Names { get; } = ["a0", "a1", "a2", "a3", "a4", "a5", "number", "owner", "path", "other", "word0", "word1", "word2"];

    /// <inheritdoc/>
    public override ProgramType Type => ProgramType.RawTracepoint;

    /// <inheritdoc/>
    protected override string Place => "a system call";

    /// <inheritdoc/>
    public override void EmitFilter(CodeEmitter code, Label skip)
    {
        BpfAssembler assembler = code.Assembler;
        _owner = code.Frame.Take(sizeof(long), "the owner");
        _number = code.Frame.Take(sizeof(long), "the call's number");
        EmitOwner(code, skip);
        SyscallRegisters.EmitNumber(code, isExit);
        assembler.Store(Register.R10, _number.Offset, Register.R0);
        EmitMember(assembler, calls.Calls.Select(static call => call.Number), skip);
    }

    /// <inheritdoc/>
    public override void EmitReturn(CodeEmitter code, ReturnExpression result)
    {
        if (!isExit)
        {
            base.EmitReturn(code, result);
            return;
        }

        code.Assembler.Load(Register.R0, CodeEmitter.Context, sizeof(long));
        EmitAs(code, result, result.Type);
    }

    /// <inheritdoc/>
    protected override int IndexOf(ArgumentExpression argument) => NamedIndex(argument, Names, Names.Count - 1);

    /// <inheritdoc/>
    protected override void EmitRawArgument(CodeEmitter code, int index)
    {
        switch (index)
        {
            case NumberIndex:
                code.Assembler.Load(Register.R0, Register.R10, _number.Offset);
                break;
            case OwnerIndex:
                code.Assembler.Load(Register.R0, Register.R10, _owner.Offset);
                break;
            case PathIndex:
                EmitAddress(code, static call => SyscallSet.PathOf(call) is var path and >= 0 ? (path, 0) : (SyscallSet.SocketAddressOf(call), FamilyBytes));
                break;
            case OtherIndex:
                EmitAddress(code, static call => (SyscallSet.OtherPathOf(call), 0));
                break;
            case >= WordIndex:
                EmitWord(code, (index - WordIndex) * sizeof(long));
                break;
            default:
                SyscallRegisters.EmitArgument(code, index);
                break;
        }
    }

    private void EmitOwner(CodeEmitter code, Label skip)
    {
        BpfAssembler assembler = code.Assembler;
        Label none = assembler.NewLabel("noOwner");
        TaskIds.Emit(code);
        new ContextEmitter(assembler, Call.Contexts!).EmitFind();
        assembler.JumpIf(JumpCondition.Equal, Register.R0, 0, needsOwner ? skip : none);
        assembler.Load(Register.R0, Register.R0, ContextEmitter.Offset(nameof(ThreadContext.Owner)));
        if (needsOwner)
        {
            assembler.JumpIf(JumpCondition.Equal, Register.R0, 0, skip);
        }

        assembler.Mark(none);
        assembler.Store(Register.R10, _owner.Offset, Register.R0);
    }

    // Is the number in R0 one of some? By bits in constants: a few comparisons, however many numbers. R0 to R2 are changed.
    private static void EmitMember(BpfAssembler assembler, IEnumerable<int> numbers, Label skip)
    {
        Label test = assembler.NewLabel("bits");
        assembler.Move(Register.R1, Register.R0);
        assembler.Alu(AluOperation.ShiftRight, Register.R1, int.Log2(WordBits));
        foreach (IGrouping<int, int> word in numbers.GroupBy(static number => number / WordBits))
        {
            Label next = assembler.NewLabel("nextWord");
            assembler.JumpIf(JumpCondition.NotEqual, Register.R1, word.Key, next);
            assembler.LoadConstant(Register.R2, word.Aggregate(0L, static (bits, number) => bits | (1L << (number % WordBits))));
            assembler.Jump(test);
            assembler.Mark(next);
        }

        assembler.Jump(skip);
        assembler.Mark(test);
        assembler.Alu(AluOperation.And, Register.R0, WordBits - 1);
        assembler.Alu(AluOperation.ShiftRight, Register.R2, Register.R0);
        assembler.Alu(AluOperation.And, Register.R2, 1);
        assembler.JumpIf(JumpCondition.Equal, Register.R2, 0, skip);
    }

    private void EmitAddress(CodeEmitter code, Func<Syscall, (int Argument, int Offset)> place)
    {
        BpfAssembler assembler = code.Assembler;
        Label end = assembler.NewLabel("address");
        foreach (IGrouping<(int Argument, int Offset), Syscall> group in calls.Calls.GroupBy(place).Where(static group => group.Key.Argument >= 0))
        {
            Label next = assembler.NewLabel("nextPlace");
            assembler.Load(Register.R0, Register.R10, _number.Offset);
            EmitMember(assembler, group.Select(static call => call.Number), next);
            SyscallRegisters.EmitArgument(code, group.Key.Argument);
            assembler.JumpIf(JumpCondition.Equal, Register.R0, 0, end);
            assembler.Alu(AluOperation.Add, Register.R0, group.Key.Offset);
            assembler.Jump(end);
            assembler.Mark(next);
        }

        assembler.Move(Register.R0, 0);
        assembler.Mark(end);
    }

    private void EmitWord(CodeEmitter code, int offset)
    {
        BpfAssembler assembler = code.Assembler;
        Label failed = assembler.NewLabel("noWord");
        using StackSlot word = code.Frame.Take(sizeof(long), "a word of a structure");
        assembler.StoreConstant(Register.R10, word.Offset, 0, MemorySize.Bytes8);
        EmitAddress(code, static call => (SyscallSet.StructureOf(call), 0));
        assembler.JumpIf(JumpCondition.Equal, Register.R0, 0, failed);
        MemoryReads.Emit(code, BpfHelper.ProbeReadUser, offset, sizeof(long), word, failed);
        assembler.Mark(failed);
        assembler.Load(Register.R0, Register.R10, word.Offset);
    }
}
