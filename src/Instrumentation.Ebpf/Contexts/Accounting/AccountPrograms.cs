using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Points.Waits;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Spans;

namespace Instrumentation.Ebpf.Contexts.Accounting;

/// <summary>The programs that keep the accounts of this process's threads; each object compiles one.</summary>
internal sealed class AccountPrograms
{
    // Results from -1 to this are errors; those of calls that begin anew after a signal are among them, and no thread ever sees these.
    private const int LastError = -4095;
    private const int FirstRestart = -512;
    private const int LastRestart = -516;

    private const Register Now = Register.R8;
    private const Register Context = AccountEmitter.Context;

    private readonly BpfAssembler _assembler = new(KernelCapabilities.Instructions());
    private readonly CodeEmitter _code;
    private readonly AccountEmitter _account;
    private readonly Label _end;

    private AccountPrograms(MapHandle contexts)
    {
        _code = new CodeEmitter(_assembler, new ScratchLayout());
        _account = new AccountEmitter(_code, contexts);
        _end = _assembler.NewLabel("end");
        _assembler.Move(CodeEmitter.Context, Register.R1);
    }

    /// <summary>sys_enter: the call and its time are remembered.</summary>
    /// <param name="contexts">The contexts of threads.</param>
    /// <returns>The program, loaded.</returns>
    public static BpfProgram SyscallEntered(MapHandle contexts)
    {
        AccountPrograms one = new(contexts);
        one._account.EmitOwn(one._end);
        one._assembler.Load(Register.R1, CodeEmitter.Context, sizeof(long));
        one._assembler.Alu(AluOperation.Add, Register.R1, 1);
        one.Store(nameof(ThreadContext.Syscall), Register.R1);
        one.EmitNow();
        one.Store(nameof(ThreadContext.SyscallAt), Now);
        return one.Load("entered");
    }

    /// <summary>sys_exit: the call is counted with its time, its error or its bytes.</summary>
    /// <param name="contexts">The contexts of threads.</param>
    /// <returns>The program, loaded.</returns>
    public static BpfProgram SyscallReturned(MapHandle contexts)
    {
        AccountPrograms one = new(contexts);
        one._account.EmitOwn(one._end);
        one.EmitReturn();
        return one.Load("returned");
    }

    /// <summary>sched_switch: why and since when the one thread does not run, and what the other one's time was lost to.</summary>
    /// <param name="contexts">The contexts of threads.</param>
    /// <returns>The program, loaded.</returns>
    public static BpfProgram Switched(MapHandle contexts)
    {
        AccountPrograms one = new(contexts);
        Label next = one._assembler.NewLabel("next");
        one._account.EmitOwn(next);
        one.EmitOut();
        one._assembler.Mark(next);
        one._account.EmitTask(TaskLayout.Next, one._end);
        one.EmitIn();
        return one.Load("switched");
    }

    /// <summary>sched_wakeup: since when a thread could run.</summary>
    /// <param name="contexts">The contexts of threads.</param>
    /// <returns>The program, loaded.</returns>
    public static BpfProgram Woken(MapHandle contexts)
    {
        AccountPrograms one = new(contexts);
        one._account.EmitTask(0, one._end);
        one.EmitWoken();
        return one.Load("woken");
    }

    /// <summary>hrtimer_expire_entry: a thread in a futex that a timer wakes has slept, and waited for nobody.</summary>
    /// <param name="contexts">The contexts of threads.</param>
    /// <returns>The program, loaded.</returns>
    public static BpfProgram Expired(MapHandle contexts)
    {
        AccountPrograms one = new(contexts);
        using (StackSlot task = one._code.Frame.Take(sizeof(long), "the task"))
        {
            one._assembler.Load(Register.R0, CodeEmitter.Context, 0);
            MemoryReads.Emit(one._code, BpfHelper.ProbeReadKernel, TaskLayout.Current.SleeperTask, sizeof(long), task, one._end);
            one._assembler.Load(Register.R0, Register.R10, task.Offset);

            // What lies behind other timers is mostly no address of the kernel, and reading there is dear.
            one._assembler.JumpIf(JumpCondition.SignedGreaterOrEqual, Register.R0, 0, one._end);
            one._account.EmitTask(one._end);
        }

        one.EmitWoken();
        one.Load(Register.R1, nameof(ThreadContext.OffState));
        one._assembler.JumpIf(JumpCondition.NotEqual, Register.R1, WaitTotal.Of(OffCpuReason.Lock), one._end);
        one._assembler.Move(Register.R1, WaitTotal.Of(OffCpuReason.Sleep));
        one.Store(nameof(ThreadContext.OffState), Register.R1);
        return one.Load("expired");
    }

    /// <summary>A tracepoint that the thread passes itself: it is counted.</summary>
    /// <param name="contexts">The contexts of threads.</param>
    /// <param name="total">What is counted, one of the totals.</param>
    /// <param name="name">What the program is called.</param>
    /// <returns>The program, loaded.</returns>
    public static BpfProgram Counted(MapHandle contexts, AccountTotal total, string name)
    {
        AccountPrograms one = new(contexts);
        one._account.EmitOwn(one._end);
        one._account.EmitIncrement(total);
        return one.Load(name);
    }

    private void EmitReturn()
    {
        Label failed = _assembler.NewLabel("failed");
        Label notReads = _assembler.NewLabel("notReads");

        // A call that had begun before the accounting did is not counted.
        Load(Register.R9, nameof(ThreadContext.Syscall));
        _assembler.JumpIf(JumpCondition.Equal, Register.R9, 0, _end);
        _assembler.Move(Register.R1, 0);
        Store(nameof(ThreadContext.Syscall), Register.R1);
        EmitNow();
        Load(Register.R2, nameof(ThreadContext.SyscallAt));
        _assembler.Alu(AluOperation.Subtract, Now, Register.R2);
        _account.EmitAdd(AccountTotal.SyscallNanoseconds, Now);
        _assembler.Load(Register.R3, CodeEmitter.Context, sizeof(long));
        Label known = _assembler.NewLabel("known");
        _assembler.JumpIf(JumpCondition.SignedGreater, Register.R3, FirstRestart, known);
        _assembler.JumpIf(JumpCondition.SignedGreaterOrEqual, Register.R3, LastRestart, _end);
        _assembler.Mark(known);
        _account.EmitIncrement(AccountTotal.Syscalls);
        _assembler.JumpIf(JumpCondition.Equal, Register.R3, 0, _end);
        _assembler.JumpIf(JumpCondition.SignedLess, Register.R3, 0, failed);
        _assembler.Alu(AluOperation.Subtract, Register.R9, 1);
        SyscallClassEmitter.Emit(_assembler, Register.R9, Register.R2);
        Label reads = _assembler.NewLabel("reads");
        _assembler.JumpIf(JumpCondition.BitsSet, Register.R2, SyscallClass.ReadsBit, reads);
        _assembler.Jump(notReads);
        _assembler.Mark(reads);
        _account.EmitAdd(AccountTotal.BytesRead, Register.R3);
        _assembler.Mark(notReads);
        Label writes = _assembler.NewLabel("writes");
        _assembler.JumpIf(JumpCondition.BitsSet, Register.R2, SyscallClass.WritesBit, writes);
        _assembler.Jump(_end);
        _assembler.Mark(writes);
        _account.EmitAdd(AccountTotal.BytesWritten, Register.R3);
        _assembler.Jump(_end);
        _assembler.Mark(failed);
        _assembler.JumpIf(JumpCondition.SignedLess, Register.R3, LastError, _end);
        _account.EmitIncrement(AccountTotal.Errors);
    }

    private void EmitOut()
    {
        WaitEmitter wait = new(_code);
        using StackSlot syscall = _code.Frame.Take(sizeof(long), "the system call");
        wait.EmitSyscall();
        _assembler.Store(Register.R10, syscall.Offset, Register.R0);
        wait.EmitReason(syscall);
        _assembler.Move(Register.R9, Register.R0);
        EmitNow();
        Store(nameof(ThreadContext.SwitchedOutAt), Now);
        Label waits = _assembler.NewLabel("waits");
        _assembler.Move(Register.R1, 0);
        _assembler.JumpIf(JumpCondition.NotEqual, Register.R9, (int)OffCpuReason.Preempted, waits);
        _assembler.Move(Register.R1, Now);
        _assembler.Mark(waits);
        Store(nameof(ThreadContext.WokenAt), Register.R1);
        WaitTotal.Emit(_assembler, Register.R9);
        Store(nameof(ThreadContext.OffState), Register.R9);
        _account.EmitIncrement(AccountTotal.Switches);
    }

    private void EmitIn()
    {
        Label waited = _assembler.NewLabel("waited");
        Load(Register.R9, nameof(ThreadContext.SwitchedOutAt));
        _assembler.JumpIf(JumpCondition.Equal, Register.R9, 0, _end);
        _assembler.Move(Register.R1, 0);
        Store(nameof(ThreadContext.SwitchedOutAt), Register.R1);
        EmitNow();
        _assembler.Move(Register.R2, Now);
        _assembler.Alu(AluOperation.Subtract, Register.R2, Register.R9);

        // R2: all of the time; R3: the part of it in which the thread could run.
        Load(Register.R3, nameof(ThreadContext.WokenAt));
        _assembler.JumpIf(JumpCondition.Equal, Register.R3, 0, waited);
        _assembler.Alu(AluOperation.Subtract, Now, Register.R3);
        _assembler.Move(Register.R3, Now);
        _assembler.Mark(waited);
        _account.EmitAdd(AccountTotal.RunQueueNanoseconds, Register.R3);
        _assembler.Alu(AluOperation.Subtract, Register.R2, Register.R3);
        Load(Register.R3, nameof(ThreadContext.OffState));
        _assembler.Alu(AluOperation.And, Register.R3, WaitTotal.Mask);
        _assembler.Alu(AluOperation.ShiftLeft, Register.R3, 3);
        _assembler.Alu(AluOperation.Add, Register.R3, Context);
        int totals = ContextEmitter.Offset(nameof(ThreadContext.Totals));
        _assembler.Load(Register.R1, Register.R3, totals);
        _assembler.Alu(AluOperation.Add, Register.R1, Register.R2);
        _assembler.Store(Register.R3, totals, Register.R1);
    }

    private void EmitWoken()
    {
        Load(Register.R1, nameof(ThreadContext.SwitchedOutAt));
        _assembler.JumpIf(JumpCondition.Equal, Register.R1, 0, _end);
        Load(Register.R1, nameof(ThreadContext.WokenAt));
        _assembler.JumpIf(JumpCondition.NotEqual, Register.R1, 0, _end);
        EmitNow();
        Store(nameof(ThreadContext.WokenAt), Now);
    }

    private void EmitNow()
    {
        _assembler.Call(BpfHelper.KernelTimeGetNs);
        _assembler.Move(Now, Register.R0);
    }

    private void Load(Register destination, string field) => _assembler.Load(destination, Context, AccountEmitter.Offset(field));

    private void Store(string field, Register value) => _assembler.Store(Context, AccountEmitter.Offset(field), value);

    private BpfProgram Load(string name)
    {
        _assembler.Mark(_end);
        _assembler.Move(Register.R0, 0);
        _assembler.Exit();
        return BpfProgram.Load(new ProgramDescription(ProgramType.RawTracepoint, _assembler.Build()) { Name = $"acct_{name}" });
    }
}
