using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;

namespace Instrumentation.Ebpf.Points.Waits;

/// <summary>Emits what is asked at sched_switch of the task that is switched out, which is the running one still. R0 to R5 are changed.</summary>
/// <param name="code">Takes the code of a program on the raw tracepoint sched_switch.</param>
internal sealed class WaitEmitter(CodeEmitter code)
{
    // From include/linux/sched.h; part of the interface to tracers.
    private const int Interruptible = 1;
    private const int Uninterruptible = 2;
    private const int Dead = 0x80;
    private const int KernelThread = 0x0020_0000;
    private const int MostSyscall = 1 << 16;
    private const int OfNoCall = -1;
    private const int OfKernelThread = -2;

    private readonly BpfAssembler _assembler = code.Assembler;
    private readonly TaskLayout _layout = TaskLayout.Current;

    /// <summary>Leaves when the task has ended: it is never switched in again.</summary>
    /// <param name="skip">Where to go then.</param>
    public void EmitSkipDead(Label skip)
    {
        EmitState();
        _assembler.JumpIf(JumpCondition.BitsSet, Register.R0, Dead, skip);
    }

    /// <summary>Puts the number of the system call that the task is in into R0; -1 when it is in none, -2 for a thread of the kernel.</summary>
    public void EmitSyscall()
    {
        Label end = _assembler.NewLabel("syscall");
        _assembler.Call(BpfHelper.GetCurrentTaskBtf);
        _assembler.Load(Register.R1, Register.R0, _layout.Flags, MemorySize.Bytes4);
        _assembler.Move(Register.R2, Register.R0);
        _assembler.Move(Register.R0, OfKernelThread);
        _assembler.JumpIf(JumpCondition.BitsSet, Register.R1, KernelThread, end);
        _assembler.Move(Register.R1, Register.R2);
        _assembler.Call(BpfHelper.TaskRegisters);
        _assembler.LoadSigned(Register.R0, Register.R0, _layout.SyscallNumber, TaskLayout.SyscallNumberBytes.ToMemorySize());
        _assembler.JumpIf(JumpCondition.Less, Register.R0, MostSyscall, end);
        _assembler.Move(Register.R0, OfNoCall);
        _assembler.Mark(end);
    }

    /// <summary>Puts the reason why the task is switched out into R0, an <see cref="OffCpuReason"/>.</summary>
    /// <param name="syscall">Where the number of its system call is.</param>
    public void EmitReason(StackSlot syscall)
    {
        Label preempted = _assembler.NewLabel("preempted");
        Label outside = _assembler.NewLabel("outside");
        Label other = _assembler.NewLabel("other");
        Label stuck = _assembler.NewLabel("stuck");
        Label end = _assembler.NewLabel("reason");
        _assembler.Load(Register.R0, CodeEmitter.Context, TaskLayout.Preempt * sizeof(long));
        _assembler.JumpIf(JumpCondition.BitsSet, Register.R0, byte.MaxValue, preempted);
        EmitState();
        _assembler.JumpIf(JumpCondition.Equal, Register.R0, 0, preempted);
        _assembler.Load(Register.R1, Register.R10, syscall.Offset);
        _assembler.JumpIf(JumpCondition.SignedLess, Register.R1, 0, outside);
        SyscallClassEmitter.Emit(_assembler, Register.R1, Register.R2);
        _assembler.JumpIf(JumpCondition.BitsSet, Register.R0, Uninterruptible, stuck);
        _assembler.JumpIf(JumpCondition.BitsSet, Register.R0, Interruptible, end);
        _assembler.Jump(other);
        _assembler.Mark(stuck);
        _assembler.Alu(AluOperation.ShiftRight, Register.R2, SyscallClass.StuckShift);
        _assembler.Jump(end);
        _assembler.Mark(outside);
        _assembler.JumpIf(JumpCondition.NotEqual, Register.R1, OfNoCall, other);
        _assembler.Move(Register.R2, (int)OffCpuReason.Fault);
        _assembler.JumpIf(JumpCondition.BitsSet, Register.R0, Uninterruptible, end);
        _assembler.Mark(other);
        _assembler.Move(Register.R2, (int)OffCpuReason.Other);
        _assembler.Jump(end);
        _assembler.Mark(preempted);
        _assembler.Move(Register.R2, (int)OffCpuReason.Preempted);
        _assembler.Mark(end);
        _assembler.Move(Register.R0, Register.R2);
        _assembler.Alu(AluOperation.And, Register.R0, SyscallClass.ReasonMask);
    }

    private void EmitState()
    {
        if (_layout.HasState)
        {
            _assembler.Load(Register.R0, CodeEmitter.Context, TaskLayout.PreviousState * sizeof(long));
        }
        else
        {
            _assembler.Call(BpfHelper.GetCurrentTaskBtf);
            _assembler.Load(Register.R0, Register.R0, _layout.State, MemorySize.Bytes4);
        }

        _assembler.ZeroExtend(Register.R0, 32);
    }
}
