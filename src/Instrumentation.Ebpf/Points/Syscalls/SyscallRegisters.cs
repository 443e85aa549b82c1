using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Compiler.Expressions;

namespace Instrumentation.Ebpf.Points.Syscalls;

/// <summary>Emits reads of a system call's registers. The context of both raw tracepoints is {struct pt_regs *registers; long number-or-result}.</summary>
internal static class SyscallRegisters
{
    private static readonly string[] X64 = ["di", "si", "dx", "r10", "r8", "r9"];

    private static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>Puts the call's number into R0.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="isExit">Whether the call ends.</param>
    public static void EmitNumber(CodeEmitter code, bool isExit)
    {
        if (isExit)
        {
            Emit(code, IsArm64 ? "syscallno" : "orig_ax");
        }
        else
        {
            code.Assembler.Load(Register.R0, CodeEmitter.Context, sizeof(long));
        }
    }

    /// <summary>Puts the 64 bits of an argument into R0.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="index">The argument, 0 to 5.</param>
    public static void EmitArgument(CodeEmitter code, int index) => Emit(code, IsArm64 ? (index == 0 ? "orig_x0" : $"regs[{index}]") : X64[index]);

    private static void Emit(CodeEmitter code, string name)
    {
        BtfType registers = KernelBtf.Open().Find(IsArm64 ? "user_pt_regs" : "pt_regs", BtfKind.Struct)
            ?? throw new PlaceNotFoundException("struct pt_regs", "the kernel does not describe it.", []);
        int offset = (int)BtfResolver.Resolve(registers, name).Steps[0].Offset;
        using StackSlot slot = code.Frame.Take(sizeof(long), name);
        BpfAssembler assembler = code.Assembler;
        assembler.Load(Register.R3, CodeEmitter.Context, 0);
        assembler.Alu(AluOperation.Add, Register.R3, offset);
        code.EmitAddress(Register.R1, slot);
        assembler.Move(Register.R2, sizeof(long));
        assembler.Call(BpfHelper.ProbeReadKernel);
        assembler.Load(Register.R0, Register.R10, slot.Offset);
    }
}
