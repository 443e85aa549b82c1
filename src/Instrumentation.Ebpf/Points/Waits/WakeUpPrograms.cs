using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Points.Waits;

/// <summary>
/// The programs that note when a thread that does not run is woken, and by whom. They change what is kept of it in place, once: what comes first is the cause.
/// </summary>
/// <param name="calls">What is kept of threads, by <see cref="WaitKey"/>.</param>
internal sealed class WakeUpPrograms(MapHandle calls)
{
    private const Register Kept = Register.R7;

    private readonly BpfAssembler _assembler = new(KernelCapabilities.Instructions());

    /// <summary>A program for sched_waking, which runs where the waker does, as it wakes.</summary>
    /// <returns>The program, loaded.</returns>
    public BpfProgram Waking()
    {
        CodeEmitter code = Begin();
        _assembler.Load(Register.R0, CodeEmitter.Context, 0);
        EmitFind(code, out Label skip);
        TaskIds.Emit(code);
        _assembler.ZeroExtend(Register.R0, 32);
        _assembler.Store(Kept, KeptWait.Offset(KeptWait.Waker), Register.R0);
        return Load(skip, "waking");
    }

    /// <summary>A program for sched_wakeup: for a thread that was woken while it was being switched out, before anything was kept of it.</summary>
    /// <returns>The program, loaded.</returns>
    public BpfProgram Woken()
    {
        CodeEmitter code = Begin();
        _assembler.Load(Register.R0, CodeEmitter.Context, 0);
        EmitFind(code, out Label skip);
        return Load(skip, "woken");
    }

    /// <summary>
    /// A program for hrtimer_expire_entry: of a thread that lets a timer wake it, the timer lies right before the pointer to it. A thread in a futex that a timer wakes has slept,
    /// and waited for nobody; and a thread that a timer wakes has no waker, whatever thread the timer interrupts.
    /// </summary>
    /// <returns>The program, loaded.</returns>
    public BpfProgram Expired()
    {
        CodeEmitter code = Begin();
        Label skip = _assembler.NewLabel("unreadable");
        using (StackSlot task = code.Frame.Take(sizeof(long), "the task"))
        {
            _assembler.Load(Register.R0, CodeEmitter.Context, 0);
            MemoryReads.Emit(code, BpfHelper.ProbeReadKernel, TaskLayout.Current.SleeperTask, sizeof(long), task, skip);
            _assembler.Load(Register.R0, Register.R10, task.Offset);
        }

        // What lies behind other timers is mostly no address of the kernel.
        _assembler.JumpIf(JumpCondition.SignedGreaterOrEqual, Register.R0, 0, skip);
        EmitFind(code, out Label end);
        _assembler.Load(Register.R1, Kept, KeptWait.Offset(KeptWait.Reason));
        _assembler.JumpIf(JumpCondition.NotEqual, Register.R1, (int)OffCpuReason.Lock, end);
        _assembler.StoreConstant(Kept, KeptWait.Offset(KeptWait.Reason), (int)OffCpuReason.Sleep);
        _assembler.Mark(skip);
        return Load(end, "expired");
    }

    private CodeEmitter Begin()
    {
        CodeEmitter code = new(_assembler, new ScratchLayout());
        _assembler.Move(CodeEmitter.Context, Register.R1);
        return code;
    }

    // R0 is the task. Goes on when something is kept of it and nothing has woken it yet; the time is written then.
    private void EmitFind(CodeEmitter code, out Label skip)
    {
        skip = _assembler.NewLabel("skip");
        using StackSlot key = code.Frame.Take(CallKey.Size, "the thread");
        WaitKey.Emit(code, key);
        MapAccess.EmitLookup(code, calls, "calls", key);
        _assembler.JumpIf(JumpCondition.Equal, Register.R0, 0, skip);
        _assembler.Move(Kept, Register.R0);
        _assembler.Load(Register.R1, Kept, KeptWait.Offset(KeptWait.RunnableAt));
        _assembler.JumpIf(JumpCondition.NotEqual, Register.R1, 0, skip);
        _assembler.Call(BpfHelper.KernelTimeGetNs);
        _assembler.Store(Kept, KeptWait.Offset(KeptWait.RunnableAt), Register.R0);
    }

    private BpfProgram Load(Label skip, string name)
    {
        _assembler.Mark(skip);
        _assembler.Move(Register.R0, 0);
        _assembler.Exit();
        return BpfProgram.Load(new ProgramDescription(ProgramType.RawTracepoint, _assembler.Build()) { Name = $"instr_{name}" });
    }
}
