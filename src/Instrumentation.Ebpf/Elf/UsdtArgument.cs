namespace Instrumentation.Ebpf.Elf;

/// <summary>Where an argument of a USDT place is.</summary>
internal enum UsdtArgumentKind
{
    /// <summary>It is the number in <see cref="UsdtArgument.Value"/>.</summary>
    Constant,

    /// <summary>It is in <see cref="UsdtArgument.Register"/>.</summary>
    Register,

    /// <summary>It is in memory at register + index * scale + value; each of the registers may be missing.</summary>
    Memory,

    /// <summary>It is in memory at the address of <see cref="UsdtArgument.Symbol"/> + value.</summary>
    SymbolMemory,

    /// <summary>It is the address of <see cref="UsdtArgument.Symbol"/> + value.</summary>
    SymbolAddress,
}

/// <summary>One argument of a USDT place: how many bytes it has and where they are.</summary>
/// <param name="Kind">Where it is.</param>
/// <param name="Size">Its size in bytes: 1, 2, 4, 8 or 16.</param>
/// <param name="IsSigned">Whether it is a signed number.</param>
/// <param name="IsFloat">Whether it is a floating-point number.</param>
/// <param name="Text">The argument as it was written.</param>
internal sealed record UsdtArgument(UsdtArgumentKind Kind, int Size, bool IsSigned, bool IsFloat, string Text)
{
    /// <summary>The register that holds it, or the base of its address; null for none.</summary>
    public UsdtRegister? Register { get; init; }

    /// <summary>The register that is added to the base, times <see cref="Scale"/>; null for none.</summary>
    public UsdtRegister? Index { get; init; }

    /// <summary>What <see cref="Index"/> is multiplied by: 1, 2, 4, 8 (16 on arm64).</summary>
    public int Scale { get; init; } = 1;

    /// <summary>Whether <see cref="Index"/>, when it is narrower than an address, is widened with its sign (sxtw on arm64).</summary>
    public bool IndexIsSigned { get; init; }

    /// <summary>The constant, or what is added to the address.</summary>
    public long Value { get; init; }

    /// <summary>The symbol whose address counts; null for none.</summary>
    public string? Symbol { get; init; }

    /// <summary>The segment register that the address is relative to (<c>fs</c>, <c>gs</c>): such memory belongs to the thread; null for none.</summary>
    public string? Segment { get; init; }
}
