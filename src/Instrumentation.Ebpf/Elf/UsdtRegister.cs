namespace Instrumentation.Ebpf.Elf;

/// <summary>A register as an argument of a USDT place names it.</summary>
/// <param name="Name">Its name in lower case, without the % of x86-64.</param>
/// <param name="Offset">
/// Where the whole register is in the structure that a BPF program of a uprobe gets (struct pt_regs on x86-64, struct user_pt_regs on
/// arm64), in bytes; -1 for a register that is not in it: one of floating point.
/// </param>
/// <param name="Size">How many bytes of it the name means.</param>
/// <param name="Shift">By how many bits the whole register is to be shifted right first: 8 for <c>ah</c> and its like, else 0.</param>
internal readonly record struct UsdtRegister(string Name, int Offset, int Size, int Shift)
{
    /// <summary>Whether a BPF program of a uprobe can read it.</summary>
    public bool IsReadable => Offset >= 0;
}
