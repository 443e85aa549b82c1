using System.Text.RegularExpressions;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Assembler;

/// <summary>Our disassembly against the kernel's own, instruction by instruction.</summary>
public sealed partial class DisassemblerTests
{
    [Fact]
    public void Text_OfEveryKindOfInstruction_IsTheVerifiers()
    {
        Require.InstructionSetV4();
        BpfCode code = TestPrograms.Code(EveryKind, InstructionSet.V4);

        int descriptor = ProgramLoader.TryWithLog(new ProgramDescription(ProgramType.RawTracepoint, code), logLevel: 2, out string log);
        using ProgramHandle handle = new(descriptor);

        Assert.True(descriptor >= 0, log);
        Dictionary<int, string> kernel = [];
        foreach (Match match in InstructionLine().Matches(log))
        {
            kernel[int.Parse(match.Groups["slot"].Value)] = match.Groups["text"].Value.Trim();
        }

        int compared = 0;
        for (int slot = 0; slot < code.Instructions.Length; slot++)
        {
            if (kernel.TryGetValue(slot, out string? expected))
            {
                Assert.Equal($"{slot}: {expected}", $"{slot}: {Disassembler.Line(code, slot)}");
                compared++;
            }

            slot += code.Instructions[slot].IsWide ? 1 : 0;
        }

        Assert.True(compared > 100, $"{compared} compared\n{log}");
    }

    private static void EveryKind(BpfAssembler code)
    {
        code.Move(Register.R6, Register.R1);
        code.LoadConstant(Register.R8, 0x1234_5678_9abc_def0);
        code.LoadConstant(Register.R8, uint.MaxValue);
        code.Call(BpfHelper.GetRandom32);
        code.Move(Register.R7, Register.R0);
        foreach (OperandWidth width in Enum.GetValues<OperandWidth>())
        {
            foreach (AluOperation operation in Enum.GetValues<AluOperation>())
            {
                code.Alu(operation, Register.R7, Register.R8, width);
                code.Alu(operation, Register.R7, 5, width);
            }

            code.Negate(Register.R7, width);
            code.MoveSigned(Register.R8, Register.R7, 8, width);
            code.MoveSigned(Register.R8, Register.R7, 16, width);
        }

        code.MoveSigned(Register.R8, Register.R7, 32);
        foreach (int bits in new[] { 16, 32, 64 })
        {
            code.ToBigEndian(Register.R7, bits);
            code.ToLittleEndian(Register.R7, bits);
            code.ByteSwap(Register.R7, bits);
        }

        code.StoreConstant(Register.R10, -8, -3);
        code.Move(Register.R0, 1);
        foreach (MemorySize size in Enum.GetValues<MemorySize>())
        {
            code.Store(Register.R10, -16, Register.R7, size);
            code.StoreConstant(Register.R10, -24, 77, size);
            code.Load(Register.R7, Register.R10, -8, size);
            code.LoadSigned(Register.R7, Register.R10, -8, size);
        }

        foreach (MemorySize size in new[] { MemorySize.Bytes4, MemorySize.Bytes8 })
        {
            code.StoreConstant(Register.R10, -8, 1);
            foreach (AtomicOperation operation in Enum.GetValues<AtomicOperation>())
            {
                code.Atomic(operation, Register.R10, -8, Register.R8, size);
            }
        }

        foreach (OperandWidth width in Enum.GetValues<OperandWidth>())
        {
            foreach (JumpCondition condition in Enum.GetValues<JumpCondition>())
            {
                Label next = code.NewLabel();
                code.Load(Register.R7, Register.R6, 0);
                code.Load(Register.R8, Register.R6, 0);
                code.JumpIf(condition, Register.R7, Register.R8, next, width);
                code.JumpIf(condition, Register.R7, -9, next, width);
                code.Mark(next);
            }
        }

        Label end = code.NewLabel();
        Label far = code.NewLabel();
        Label function = code.NewLabel("function");
        code.CallLocal(function);
        code.JumpFar(far);
        code.Mark(far);
        code.Jump(end);
        code.Mark(end);
        code.Move(Register.R0, 0);
        code.Exit();
        code.BeginFunction(function);
        code.Call(BpfHelper.KernelTimeGetNs);
        code.Exit();
    }

    [GeneratedRegex(@"^(?<slot>\d+): \([0-9a-f]{2}\) (?<text>[^;\n]*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex InstructionLine();
}
