using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Assembler;

public sealed class BpfAssemblerTests
{
    [Fact]
    public void Build_WithALabelThatIsNotMarked_NamesIt()
    {
        BpfAssemblyException error = Fails(static code => code.Jump(code.NewLabel("done")));

        Assert.Contains("done", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mark_Twice_IsAnError() => Fails(static code =>
    {
        Label label = code.NewLabel();
        code.Mark(label);
        code.Exit();
        code.Mark(label);
    });

    [Fact]
    public void ConditionalJump_BeyondItsReach_IsAnError() => Fails(static code =>
    {
        Label end = code.NewLabel();
        code.JumpIf(JumpCondition.Equal, Register.R1, 0, end);
        Fill(code, 32768);
        code.Mark(end);
        code.Exit();
    });

    [Fact]
    public void ConditionalJump_AtTheEndOfItsReach_IsBuilt()
    {
        BpfCode code = TestPrograms.Code(static code =>
        {
            Label end = code.NewLabel();
            code.JumpIf(JumpCondition.Equal, Register.R1, 0, end);
            Fill(code, 32767);
            code.Mark(end);
            code.Exit();
        });

        Assert.Equal(short.MaxValue, code.Instructions[0].Offset);
    }

    [Fact]
    public void Jump_BeyondItsReach_IsAFarOneWhereThereIsOne()
    {
        static void Body(BpfAssembler code)
        {
            Label end = code.NewLabel();
            code.Jump(end);
            Fill(code, 40_000);
            code.Mark(end);
            code.Exit();
        }

        Assert.Equal("gotol pc+40000", Disassembler.Line(TestPrograms.Code(Body, InstructionSet.V4), 0));
        Assert.Throws<BpfAssemblyException>(() => TestPrograms.Code(Body));
    }

    [Fact]
    public void Jump_Backward_IsBuilt()
    {
        BpfCode code = TestPrograms.Code(static code =>
        {
            Label again = code.NewLabel();
            code.Mark(again);
            code.Move(Register.R0, 0);
            code.Jump(again);
        });

        Assert.Equal("goto pc-2", Disassembler.Line(code, 1));
    }

    [Fact]
    public void Instructions_ThatTheSetDoesNotHave_AreErrors()
    {
        Fails(static code => code.MoveSigned(Register.R0, Register.R1, 8));
        Fails(static code => code.ByteSwap(Register.R0, 16));
        Fails(static code => code.Alu(AluOperation.SignedDivide, Register.R0, Register.R1));
        Fails(static code => code.JumpFar(code.NewLabel()));
        Fails(static code => code.JumpIf(JumpCondition.Equal, Register.R0, 1, code.NewLabel(), OperandWidth.Bits32), InstructionSet.V2);
        Fails(static code => code.JumpIf(JumpCondition.Less, Register.R0, 1, code.NewLabel()), InstructionSet.V1);
        Fails(static code => code.Atomic(AtomicOperation.Exchange, Register.R0, 0, Register.R1), InstructionSet.V2);
    }

    [Fact]
    public void Operands_ThatTheKernelRefuses_AreErrors()
    {
        Fails(static code => code.Alu(AluOperation.ShiftLeft, Register.R0, 64));
        Fails(static code => code.Alu(AluOperation.ShiftRight, Register.R0, 32, OperandWidth.Bits32));
        Fails(static code => code.Alu(AluOperation.ArithmeticShiftRight, Register.R0, -1));
        Fails(static code => code.Alu(AluOperation.Divide, Register.R0, 0));
        Fails(static code => code.Alu(AluOperation.SignedModulo, Register.R0, 0), InstructionSet.V4);
        Fails(static code => code.MoveSigned(Register.R0, Register.R1, 32, OperandWidth.Bits32), InstructionSet.V4);
        Fails(static code => code.Move(Register.R10, Register.R1));
        Fails(static code => code.Load(Register.R0, Register.R1, 40_000));
        Fails(static code => code.Atomic(AtomicOperation.Add, Register.R0, 0, Register.R1, MemorySize.Bytes2));
        Fails(static code => code.ToBigEndian(Register.R0, 8));
    }

    [Theory]
    [InlineData(0, "r1 = 0")]
    [InlineData(-1, "r1 = -1")]
    [InlineData(int.MinValue, "r1 = -2147483648")]
    [InlineData(0x80000000L, "w1 = -2147483648")]
    [InlineData(0x1_0000_0000L, "r1 = 0x100000000")]
    [InlineData(long.MinValue, "r1 = 0x8000000000000000")]
    public void LoadConstant_OfAValue_IsTheShortestInstruction(long value, string text) =>
        Assert.Equal(text, Disassembler.Line(TestPrograms.Code(code => code.LoadConstant(Register.R1, value)), 0));

    [Fact]
    public void NoteAt_ASlot_IsTheNearestBeforeItInItsFunction()
    {
        BpfCode code = TestPrograms.Code(static code =>
        {
            Label function = code.NewLabel("function");
            code.Note("first");
            code.Move(Register.R0, 0);
            code.CallLocal(function);
            code.Exit();
            code.BeginFunction(function);
            code.Move(Register.R0, 1);
            code.Note("second");
            code.Exit();
        });

        Assert.Equal("first", code.NoteAt(2));
        Assert.Null(code.NoteAt(3));
        Assert.Equal("second", code.NoteAt(4));
        Assert.Contains("function:", code.ToString(), StringComparison.Ordinal);
    }

    private static void Fill(BpfAssembler code, int count)
    {
        for (int at = 0; at < count; at++)
        {
            code.Move(Register.R0, 0);
        }
    }

    private static BpfAssemblyException Fails(Action<BpfAssembler> body, InstructionSet set = InstructionSet.V3) =>
        Assert.Throws<BpfAssemblyException>(() => TestPrograms.Code(body, set));
}
