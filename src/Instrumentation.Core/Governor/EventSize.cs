using Instrumentation.Events;

namespace Instrumentation.Governor;

/// <summary>How large the events of a spec are, before any was seen.</summary>
internal static class EventSize
{
    private const int Number = 8;

    // The length and 24 characters: what a name or a path takes.
    private const int Text = 56;

    /// <summary>The bytes of an event.</summary>
    /// <param name="spec">The spec.</param>
    /// <returns>The bytes: exact without strings; 0 for a probe that aggregates.</returns>
    public static int Estimate(ProbeSpec spec) => spec.Aggregation is not null
        ? 0
        : EventRecordHeader.Size + (spec.CaptureShape?.Fields.Sum(static field => field.Value.Type == typeof(string) ? Text : Number) ?? 0);
}
