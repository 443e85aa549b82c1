using System.Globalization;

namespace Instrumentation;

/// <summary>A probe as a report's table shows it.</summary>
/// <param name="Name">The probe's name.</param>
/// <param name="State">What it could see.</param>
/// <param name="Coverage">What it reached, what it did not, and why.</param>
/// <param name="Statistics">Its counts.</param>
public sealed record ReportProbe(string Name, ProbeState State, ProbeCoverage Coverage, ProbeStatistics Statistics)
{
    /// <summary>What it cost in words, for example <c>0.3 % of a processor</c>; empty when that was not measured.</summary>
    public string Cost { get; init; } = "";

    /// <summary>A probe as it stands now.</summary>
    /// <param name="handle">The probe, attached or not.</param>
    /// <returns>The row.</returns>
    public static ReportProbe Of(ProbeHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        ProbeStatistics statistics = handle.Statistics;
        return new ReportProbe(handle.Name, handle.State, handle.Coverage, statistics)
        {
            Cost = statistics.Cost is { } cost ? string.Create(CultureInfo.InvariantCulture, $"{cost.CpuPercent:0.00} % of a processor") : "",
        };
    }
}
