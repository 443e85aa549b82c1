using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;

namespace Instrumentation.Ebpf.Points.Functions;

/// <summary>
/// Where a uprobe's program finds the process's registers: its context is struct pt_regs (x86-64) or struct user_pt_regs (arm64), whose layouts are part of the
/// interface of user space and never change. Loads from the context cost one instruction.
/// </summary>
internal static class UserRegisters
{
    /// <summary>The most arguments that lie in registers.</summary>
    public static int ArgumentCount => Arguments.Length;

    /// <summary>By how much the stack pointer is higher behind a return than before the call's first instruction: the return address that x86 pops.</summary>
    public static int Popped => IsArm64 ? 0 : sizeof(long);

    /// <summary>Where the stack pointer is.</summary>
    public static int StackPointer => IsArm64 ? 248 : 152;

    /// <summary>Where the address of the instruction is.</summary>
    public static int InstructionPointer => IsArm64 ? 256 : 128;

    /// <summary>Where results are.</summary>
    public static int Result => IsArm64 ? 0 : 80;

    private static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    // di, si, dx, cx, r8, r9; x0 to x7.
    private static ReadOnlySpan<byte> Arguments => IsArm64 ? [0, 8, 16, 24, 32, 40, 48, 56] : [112, 104, 96, 88, 72, 64];

    /// <summary>Loads an argument of a function into R0.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="index">The argument's number among those that are integers or addresses.</param>
    public static void EmitArgument(CodeEmitter code, int index) => Emit(code, Register.R0, Arguments[index]);

    /// <summary>Loads a register of the process.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="offset">Where it is in the context.</param>
    public static void Emit(CodeEmitter code, Register destination, int offset) => code.Assembler.Load(destination, CodeEmitter.Context, offset);
}
