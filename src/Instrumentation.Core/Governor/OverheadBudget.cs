using System.Globalization;

namespace Instrumentation;

/// <summary>
/// What the probes of a session may cost, all together. A limit that is null is none; with all three null everything is measured and nothing is reduced.
/// A second's mean counts; a tenth of a second that is twice beyond a limit counts at once.
/// </summary>
public sealed record OverheadBudget
{
    private const double LeastCpuPercent = 0.1;

    /// <summary>The processor time that probes may take, in percent of one processor: 1 is 10 ms in each second, of all threads together. 0.1 or more.</summary>
    public double? CpuPercent { get; init; }

    /// <summary>The events that probes may write in a second, more than 0.</summary>
    public double? EventsPerSecond { get; init; }

    /// <summary>The bytes of records that probes may write in a second, more than 0.</summary>
    public double? BytesPerSecond { get; init; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="SpecException">A value is out of its range.</exception>
    internal void Validate()
    {
        Require(CpuPercent is null or (>= LeastCpuPercent and <= double.MaxValue), nameof(CpuPercent), CpuPercent, "Use 0.1 or more percent of a processor, or null.");
        Require(EventsPerSecond is null or (> 0 and <= double.MaxValue), nameof(EventsPerSecond), EventsPerSecond, "Use more than 0, or null.");
        Require(BytesPerSecond is null or (> 0 and <= double.MaxValue), nameof(BytesPerSecond), BytesPerSecond, "Use more than 0, or null.");
    }

    private static void Require(bool holds, string option, double? value, string mend)
    {
        if (!holds)
        {
            throw new SpecException($"The budget's {option}", string.Create(CultureInfo.InvariantCulture, $"{value} is out of its range."), mend);
        }
    }
}
