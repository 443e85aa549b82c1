namespace Instrumentation.Ebpf.Btf;

/// <summary>One step of an access: add the offset to the address, and, unless it is the last step, load the next address from there.</summary>
/// <param name="Offset">What is added to the address, in bytes.</param>
/// <param name="Dereference">Whether a pointer is loaded from the sum; false for the last step, whose sum is the address of the value.</param>
/// <param name="IsUser">Whether the sum is known to be an address in the memory of the process; else it is the kernel's, as far as is known.</param>
internal readonly record struct BtfStep(long Offset, bool Dereference, bool IsUser = false);

/// <summary>How the value of a path is read, beginning with the address of an object in a register.</summary>
/// <param name="Steps">What leads to the value's address: at least one, and only the last without loading.</param>
/// <param name="Declared">The value's type as it is declared.</param>
/// <param name="Value">What the value is.</param>
/// <param name="BitOffset">For a bitfield, where it begins, in bits from the value's address; else 0.</param>
/// <param name="BitSize">For a bitfield, its size in bits; else 0.</param>
internal sealed record BtfAccess(IReadOnlyList<BtfStep> Steps, BtfType Declared, BtfValue Value, int BitOffset, int BitSize)
{
    /// <summary>Whether the value is a bitfield: then <see cref="BitOffset"/> and <see cref="BitSize"/> say which bits of its bytes it is.</summary>
    public bool IsBitfield => BitSize != 0;

    /// <summary>How many bytes are loaded: the size of the value; for a bitfield, the bytes that its bits reach into, 1, 2, 4 or 8.</summary>
    public long LoadSize => IsBitfield ? LoadSizeOf(BitOffset + BitSize) : Value.Size;

    /// <summary>
    /// For a bitfield: by how many bits the 64-bit register is shifted left after the load, before it is shifted right by 64 less
    /// <see cref="BitSize"/>, with its sign if the value is signed.
    /// </summary>
    public int LeftShift => IsBitfield ? 64 - BitOffset - BitSize : 0;

    private static long LoadSizeOf(int bits) => bits switch { <= 8 => 1, <= 16 => 2, <= 32 => 4, _ => 8 };
}
