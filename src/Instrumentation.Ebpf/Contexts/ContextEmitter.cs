using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Spans;

namespace Instrumentation.Ebpf.Contexts;

/// <summary>Emits reads of a thread's context: no helper is called, and nothing is looked up but its slot, by open addressing. R0 to R3 are changed.</summary>
/// <param name="assembler">Takes the code.</param>
/// <param name="contexts">The map.</param>
internal sealed class ContextEmitter(BpfAssembler assembler, MapHandle contexts)
{
    /// <summary>Where a field of <see cref="ThreadContext"/> lies.</summary>
    /// <param name="field">Its name.</param>
    /// <returns>The bytes before it.</returns>
    public static int Offset(string field) => (int)Marshal.OffsetOf<ThreadContext>(field);

    /// <summary>Emits the search for the slot of a thread: its address in R0; 0 for threads of other processes and for those without a slot.</summary>
    /// <remarks>R0 holds the ids before: the process in the upper half, the thread in the lower.</remarks>
    public void EmitFind()
    {
        Label none = assembler.NewLabel("noContext");
        assembler.Move(Register.R1, Register.R0);
        assembler.Alu(AluOperation.ShiftRight, Register.R1, 32);
        assembler.JumpIf(JumpCondition.NotEqual, Register.R1, Environment.ProcessId, none);
        EmitSearch(none);
    }

    /// <summary>Emits the search for the slot of a thread of this process: its address in R0, or 0.</summary>
    /// <param name="none">Where to go when there is none; the label is put here, and the code goes on behind it.</param>
    public void EmitSearch(Label none)
    {
        Label found = assembler.NewLabel("context");
        Label end = assembler.NewLabel("contextOrNone");
        assembler.ZeroExtend(Register.R0, 32);
        assembler.JumpIf(JumpCondition.Equal, Register.R0, 0, none);
        assembler.LoadMapValue(Register.R2, contexts, 0, "contexts");
        for (int place = 0; place < ThreadContexts.Places; place++)
        {
            assembler.Move(Register.R1, Register.R0);
            if (place > 0)
            {
                assembler.Alu(AluOperation.Add, Register.R1, place);
            }

            assembler.Alu(AluOperation.And, Register.R1, ThreadContexts.Capacity - 1);
            assembler.Alu(AluOperation.ShiftLeft, Register.R1, int.Log2(ThreadContext.Bytes));
            assembler.Alu(AluOperation.Add, Register.R1, Register.R2);
            assembler.Load(Register.R3, Register.R1, Offset(nameof(ThreadContext.ThreadId)), MemorySize.Bytes4);
            assembler.JumpIf(JumpCondition.Equal, Register.R3, Register.R0, found);
        }

        assembler.Mark(none);
        assembler.Move(Register.R0, 0);
        assembler.Jump(end);
        assembler.Mark(found);
        assembler.Move(Register.R0, Register.R1);
        assembler.Mark(end);
    }

    /// <summary>Emits the innermost span of the context in R0, to R0; 0 when R0 is 0.</summary>
    public void EmitSpan()
    {
        Label end = assembler.NewLabel("span");
        assembler.Move(Register.R1, Register.R0);
        assembler.JumpIf(JumpCondition.Equal, Register.R1, 0, end);
        assembler.Load(Register.R0, Register.R1, Offset(nameof(ThreadContext.Flow)));
        assembler.Load(Register.R2, Register.R1, Offset(nameof(ThreadContext.Sync)));
        assembler.JumpIf(JumpCondition.Equal, Register.R2, 0, end);
        assembler.Load(Register.R3, Register.R1, Offset(nameof(ThreadContext.SyncFlow)));
        assembler.JumpIf(JumpCondition.NotEqual, Register.R3, Register.R0, end);
        assembler.Move(Register.R0, Register.R2);
        assembler.Mark(end);
    }
}
