using Instrumentation.Ebpf.Assembler;

namespace Instrumentation.Ebpf.Contexts.Accounting;

/// <summary>To which of the totals the time goes that a thread waits for a reason: one of <see cref="AccountTotal"/>.</summary>
internal static class WaitTotal
{
    /// <summary>The bits of a word's number.</summary>
    public const int Mask = 15;

    /// <summary>The word of a reason.</summary>
    /// <param name="reason">The reason.</param>
    /// <returns>The word's number.</returns>
    public static int Of(OffCpuReason reason) => (int)(reason switch
    {
        OffCpuReason.Lock => AccountTotal.LockNanoseconds,
        OffCpuReason.File or OffCpuReason.Fault => AccountTotal.FileNanoseconds,
        OffCpuReason.Network => AccountTotal.NetworkNanoseconds,
        OffCpuReason.Sleep => AccountTotal.SleepNanoseconds,
        OffCpuReason.Preempted => AccountTotal.RunQueueNanoseconds,
        _ => AccountTotal.OtherWaitNanoseconds,
    });

    /// <summary>Emits the exchange of a reason for its word.</summary>
    /// <param name="assembler">Takes the code.</param>
    /// <param name="register">Holds the reason, then the word; not R1.</param>
    public static void Emit(BpfAssembler assembler, Register register)
    {
        Label found = assembler.NewLabel("total");
        foreach (OffCpuReason reason in Enum.GetValues<OffCpuReason>())
        {
            Label other = assembler.NewLabel("otherReason");
            assembler.Move(Register.R1, Of(reason));
            assembler.JumpIf(JumpCondition.NotEqual, register, (int)reason, other);
            assembler.Move(register, Register.R1);
            assembler.Jump(found);
            assembler.Mark(other);
        }

        assembler.Move(register, Of(OffCpuReason.Other));
        assembler.Mark(found);
    }
}
