using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Points.Syscalls;

/// <summary>
/// The values of a system call. The context of both raw tracepoints is {struct pt_regs *registers; long number-or-result}; the registers hold the arguments at the
/// exit, too, except after calls that put other registers in their place.
/// </summary>
/// <param name="call">The call.</param>
/// <param name="isExit">Whether it ends.</param>
internal sealed class SyscallSource(Syscall call, bool isExit) : ProgramSource
{
    private static readonly string[] X64 = ["di", "si", "dx", "r10", "r8", "r9"];

    /// <inheritdoc/>
    public override ProgramType Type => ProgramType.RawTracepoint;

    /// <inheritdoc/>
    public override bool LosesArguments => call.Name is "execve" or "execveat" or "rt_sigreturn";

    /// <inheritdoc/>
    protected override string Place => $"syscall {call.Name}";

    /// <inheritdoc/>
    public override void EmitFilter(CodeEmitter code, Label skip)
    {
        BpfAssembler assembler = code.Assembler;
        if (!isExit)
        {
            assembler.Load(Register.R0, CodeEmitter.Context, sizeof(long));
        }
        else
        {
            EmitRegister(code, RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "syscallno" : "orig_ax");
        }

        assembler.JumpIf(JumpCondition.NotEqual, Register.R0, call.Number, skip);
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
    protected override int IndexOf(ArgumentExpression argument) => NamedIndex(argument, call.Arguments, mostIndex: 5);

    /// <inheritdoc/>
    protected override void EmitRawArgument(CodeEmitter code, int index) => EmitRegister(
        code,
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? (index == 0 ? "orig_x0" : $"regs[{index}]") : X64[index]);

    private static void EmitRegister(CodeEmitter code, string name)
    {
        BtfType registers = KernelBtf.Open().Find(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "user_pt_regs" : "pt_regs", BtfKind.Struct)
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
