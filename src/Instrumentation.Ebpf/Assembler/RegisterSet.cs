using System.Numerics;

namespace Instrumentation.Ebpf.Assembler;

/// <summary>Some of the registers.</summary>
/// <param name="Bits">A bit for each.</param>
internal readonly record struct RegisterSet(ushort Bits)
{
    /// <summary>None.</summary>
    public static readonly RegisterSet None = default;

    /// <summary>R1 to R5, which calls take and unset.</summary>
    public static readonly RegisterSet Arguments = new(0b0011_1110);

    /// <summary>All, R10 among them.</summary>
    public static readonly RegisterSet All = new(0b0111_1111_1111);

    /// <summary>The set of one register.</summary>
    /// <param name="register">The register.</param>
    public static implicit operator RegisterSet(Register register) => new((ushort)(1 << (int)register));

    /// <summary>What is in one or the other.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static RegisterSet operator |(RegisterSet left, RegisterSet right) => new((ushort)(left.Bits | right.Bits));

    /// <summary>What is in both.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static RegisterSet operator &(RegisterSet left, RegisterSet right) => new((ushort)(left.Bits & right.Bits));

    /// <summary>What is in the first and not in the second.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    public static RegisterSet operator -(RegisterSet left, RegisterSet right) => new((ushort)(left.Bits & ~right.Bits));

    /// <summary>The first arguments of a call.</summary>
    /// <param name="count">How many, 0 to 5.</param>
    /// <returns>R1 and on.</returns>
    public static RegisterSet FirstArguments(int count) => new((ushort)(((1 << count) - 1) << 1));

    /// <summary>Whether a register is in it.</summary>
    /// <param name="register">The register.</param>
    /// <returns>True when it is.</returns>
    public bool Contains(Register register) => (Bits & (1 << (int)register)) != 0;

    /// <inheritdoc/>
    public override string ToString()
    {
        List<string> names = [];
        for (int bits = Bits; bits != 0; bits &= bits - 1)
        {
            names.Add($"r{BitOperations.TrailingZeroCount(bits)}");
        }

        return string.Join(", ", names);
    }
}
