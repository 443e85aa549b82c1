using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Points.Waits;
using Instrumentation.Spans;

namespace Instrumentation.Ebpf.Contexts.Accounting;

/// <summary>
/// Emits what the accounting programs have in common: the context of a thread of this process, and changes of its account. Another process is told by one comparison. An
/// account is only changed where its thread runs, or is switched to, so that no change needs to be atomic.
/// </summary>
/// <param name="code">Takes the code of a program on a raw tracepoint.</param>
/// <param name="contexts">The map.</param>
internal sealed class AccountEmitter(CodeEmitter code, MapHandle contexts)
{
    /// <summary>Holds the address of the thread's context.</summary>
    public const Register Context = Register.R7;

    private readonly BpfAssembler _assembler = code.Assembler;

    /// <summary>Where a field of <see cref="ThreadContext"/> lies.</summary>
    /// <param name="field">Its name.</param>
    /// <returns>The bytes before it.</returns>
    public static int Offset(string field) => ContextEmitter.Offset(field);

    /// <summary>Where a total lies in a context.</summary>
    /// <param name="total">The total.</param>
    /// <returns>The bytes before it.</returns>
    public static int Total(AccountTotal total) => ContextEmitter.Offset(nameof(ThreadContext.Totals)) + ((int)total * sizeof(long));

    /// <summary>Emits the search for the context of the running thread.</summary>
    /// <param name="skip">Where to go when it is none of this process, or has no context.</param>
    public void EmitOwn(Label skip)
    {
        Label none = _assembler.NewLabel("none");
        _assembler.Call(BpfHelper.GetCurrentPidTgid);
        _assembler.Move(Register.R1, Register.R0);
        _assembler.Alu(AluOperation.ShiftRight, Register.R1, 32);
        _assembler.JumpIf(JumpCondition.NotEqual, Register.R1, GlobalProcess.Id, skip);
        if (PidNamespace.Own is not null)
        {
            TaskIds.Emit(code);
        }

        EmitSearch(none, skip);
    }

    /// <summary>Emits the search for the context of a task.</summary>
    /// <param name="argument">The number of the program's argument that is the task.</param>
    /// <param name="skip">Where to go when it is none of this process, or has no context.</param>
    public void EmitTask(int argument, Label skip)
    {
        _assembler.Load(Register.R0, CodeEmitter.Context, argument * sizeof(long));
        EmitTask(skip);
    }

    /// <summary>Emits the search for the context of the task whose address is in R0, which need not be one.</summary>
    /// <param name="skip">Where to go when it is none of this process, or has no context.</param>
    public void EmitTask(Label skip)
    {
        TaskLayout layout = TaskLayout.Current;
        Label none = _assembler.NewLabel("none");
        using StackSlot task = code.Frame.Take(sizeof(long), "the task");
        using StackSlot ids = code.Frame.Take(sizeof(long), "its ids");
        _assembler.Store(Register.R10, task.Offset, Register.R0);
        MemoryReads.Emit(code, BpfHelper.ProbeReadKernel, layout.ThreadId, sizeof(long), ids, skip);
        _assembler.Load(Register.R0, Register.R10, ids.Offset);
        _assembler.Move(Register.R1, Register.R0);
        _assembler.Alu(AluOperation.ShiftRight, Register.R1, 32);
        _assembler.JumpIf(JumpCondition.NotEqual, Register.R1, GlobalProcess.Id, skip);
        if (PidNamespace.Own is not null)
        {
            _assembler.Load(Register.R0, Register.R10, task.Offset);
            MemoryReads.Emit(code, BpfHelper.ProbeReadKernel, layout.Ids, sizeof(long), task, skip);
            _assembler.Load(Register.R0, Register.R10, task.Offset);
            MemoryReads.Emit(code, BpfHelper.ProbeReadKernel, layout.Level, sizeof(int), ids, skip);
            _assembler.Load(Register.R1, Register.R10, ids.Offset, MemorySize.Bytes4);
            _assembler.Alu(AluOperation.Multiply, Register.R1, layout.IdBytes);
            _assembler.Load(Register.R0, Register.R10, task.Offset);
            _assembler.Alu(AluOperation.Add, Register.R0, Register.R1);
            MemoryReads.Emit(code, BpfHelper.ProbeReadKernel, layout.FirstId, sizeof(int), ids, skip);
            _assembler.Load(Register.R0, Register.R10, ids.Offset, MemorySize.Bytes4);
        }

        EmitSearch(none, skip);
    }

    /// <summary>Emits an addition to a total.</summary>
    /// <param name="total">The total.</param>
    /// <param name="amount">Holds what is added; not R1.</param>
    public void EmitAdd(AccountTotal total, Register amount)
    {
        _assembler.Load(Register.R1, Context, Total(total));
        _assembler.Alu(AluOperation.Add, Register.R1, amount);
        _assembler.Store(Context, Total(total), Register.R1);
    }

    /// <summary>Emits an increment of a total.</summary>
    /// <param name="total">The total.</param>
    public void EmitIncrement(AccountTotal total)
    {
        _assembler.Load(Register.R1, Context, Total(total));
        _assembler.Alu(AluOperation.Add, Register.R1, 1);
        _assembler.Store(Context, Total(total), Register.R1);
    }

    private void EmitSearch(Label none, Label skip)
    {
        new ContextEmitter(_assembler, contexts).EmitSearch(none);
        _assembler.JumpIf(JumpCondition.Equal, Register.R0, 0, skip);
        _assembler.Move(Context, Register.R0);
    }
}
