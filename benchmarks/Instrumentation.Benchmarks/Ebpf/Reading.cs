using System.Globalization;

namespace Instrumentation.Benchmarks.Ebpf;

/// <summary>A line of the gate that was measured.</summary>
/// <param name="Name">The line's name.</param>
/// <param name="Value">What was measured: a ratio, or a part of one.</param>
/// <param name="Limit">What it is compared with.</param>
/// <param name="AtLeast">Whether the value has to reach the limit; otherwise it must not exceed it.</param>
/// <param name="Detail">The figures behind it.</param>
internal sealed record Reading(string Name, double Value, double Limit, bool AtLeast, FormattableString Detail)
{
    /// <summary>Whether the claim holds.</summary>
    public bool Holds => AtLeast ? Value >= Limit : Value <= Limit;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {Value:F3} {Limit:F2}");
}
