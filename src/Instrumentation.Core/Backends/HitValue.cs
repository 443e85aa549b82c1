namespace Instrumentation.Backends;

/// <summary>
/// A value of a hit, as a <see cref="ProbeSink"/> takes it: made by conversion from what it is, without boxing. Enums are given as their numbers. A value that is not of the kind that the <see cref="HitShape"/>
/// announces is a fault, as null is where a number belongs.
/// </summary>
public readonly struct HitValue
{
    private HitValue(HitValueKind kind, long bits, string? text = null)
    {
        Kind = kind;
        Bits = bits;
        Text = text;
    }

    /// <summary>What the value is.</summary>
    internal HitValueKind Kind { get; }

    /// <summary>An integer's or bool's bits, a duration in nanoseconds, the bits of a double.</summary>
    internal long Bits { get; }

    /// <summary>A string's text.</summary>
    internal string? Text { get; }

    /// <summary>A value that is a bool.</summary>
    /// <param name="value">The bool.</param>
    public static implicit operator HitValue(bool value) => new(HitValueKind.Boolean, value ? 1 : 0);

    /// <summary>A value that is a char.</summary>
    /// <param name="value">The char.</param>
    public static implicit operator HitValue(char value) => new(HitValueKind.Integer, value);

    /// <summary>A value that is an integer.</summary>
    /// <param name="value">The integer.</param>
    public static implicit operator HitValue(sbyte value) => new(HitValueKind.Integer, value);

    /// <inheritdoc cref="op_Implicit(sbyte)"/>
    public static implicit operator HitValue(byte value) => new(HitValueKind.Integer, value);

    /// <inheritdoc cref="op_Implicit(sbyte)"/>
    public static implicit operator HitValue(short value) => new(HitValueKind.Integer, value);

    /// <inheritdoc cref="op_Implicit(sbyte)"/>
    public static implicit operator HitValue(ushort value) => new(HitValueKind.Integer, value);

    /// <inheritdoc cref="op_Implicit(sbyte)"/>
    public static implicit operator HitValue(int value) => new(HitValueKind.Integer, value);

    /// <inheritdoc cref="op_Implicit(sbyte)"/>
    public static implicit operator HitValue(uint value) => new(HitValueKind.Integer, value);

    /// <inheritdoc cref="op_Implicit(sbyte)"/>
    public static implicit operator HitValue(long value) => new(HitValueKind.Integer, value);

    /// <inheritdoc cref="op_Implicit(sbyte)"/>
    public static implicit operator HitValue(ulong value) => new(HitValueKind.Unsigned, unchecked((long)value));

    /// <summary>A value that is a fraction.</summary>
    /// <param name="value">The fraction.</param>
    public static implicit operator HitValue(float value) => new(HitValueKind.Fraction, BitConverter.DoubleToInt64Bits(value));

    /// <inheritdoc cref="op_Implicit(float)"/>
    public static implicit operator HitValue(double value) => new(HitValueKind.Fraction, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A value that is a duration.</summary>
    /// <param name="value">The duration.</param>
    public static implicit operator HitValue(TimeSpan value) => new(HitValueKind.Duration, Expressions.Durations.Of(value));

    /// <summary>A value that is a text.</summary>
    /// <param name="value">The text, or null.</param>
    public static implicit operator HitValue(string? value) => new(HitValueKind.Text, 0, value);
}

/// <summary>What a <see cref="HitValue"/> is.</summary>
internal enum HitValueKind : byte
{
    /// <summary>Nothing: it was not given.</summary>
    None,

    /// <summary>A bool.</summary>
    Boolean,

    /// <summary>A signed integer, or a char or shorter unsigned one.</summary>
    Integer,

    /// <summary>An unsigned integer of 64 bits.</summary>
    Unsigned,

    /// <summary>A fraction, as a double.</summary>
    Fraction,

    /// <summary>A duration in nanoseconds.</summary>
    Duration,

    /// <summary>A string or null.</summary>
    Text,
}
