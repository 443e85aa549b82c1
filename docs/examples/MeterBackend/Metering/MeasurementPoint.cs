using Instrumentation;

namespace Metering;

/// <summary>The measurements of an instrument (<see cref="System.Diagnostics.Metrics.Instrument"/>), or of all of a meter: data, which compares by value and touches nothing.</summary>
public sealed record MeasurementPoint(string Meter, string Instrument) : ProbePoint
{
    public const string Every = "*";

    /// <summary>The tags that probes can ask for.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    public override string Describe() => $"measurements of {Meter}/{Instrument}";

    public bool Equals(MeasurementPoint? other) =>
        other is not null && Meter == other.Meter && Instrument == other.Instrument && Tags.SequenceEqual(other.Tags);

    public override int GetHashCode() => HashCode.Combine(Meter, Instrument, Tags.Count);
}
