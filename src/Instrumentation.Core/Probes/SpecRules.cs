using System.Globalization;
using System.Numerics;
using Instrumentation.Aggregations;
using Instrumentation.Expressions;

namespace Instrumentation;

/// <summary>The combinations of a spec's parts that can mean nothing, whatever the backend.</summary>
internal static class SpecRules
{
    private const ProbeEdge Known = ProbeEdge.Entry | ProbeEdge.Return | ProbeEdge.Throw | ProbeEdge.Call | ProbeEdge.Catch;
    private const int MostKeys = AggregationFactory.MaximumCapacity;
    private const int MostBuckets = AggregationFactory.MaximumBuckets;
    private const double LowestRate = 0.001;
    private const double HighestRate = 1e9;

    /// <summary>Checks a spec.</summary>
    /// <param name="spec">The spec.</param>
    /// <exception cref="SpecException">Parts of it do not go together.</exception>
    /// <exception cref="ExpressionException">A captured value cannot be recorded, or there are too many.</exception>
    public static void Check(ProbeSpec spec)
    {
        CheckEdge(spec.Edge);
        if (spec is { Aggregation: not null, CaptureShape: not null })
        {
            throw new SpecException("A capture together with an aggregation", "a probe keeps either events or an aggregate.", "Attach two probes, one with each.");
        }

        if (spec.CaptureShape is { } capture && capture.Fields.Count > CaptureShape.MaximumFields)
        {
            throw new ExpressionException(
                string.Join(", ", capture.Fields.Select(static field => field.Name)),
                $"it captures {capture.Fields.Count} values, and an event holds at most {CaptureShape.MaximumFields}.",
                "Capture fewer, or attach a second probe for the rest.");
        }

        CheckSpan(spec);
        CheckAction(spec);
        CheckAggregation(spec.Aggregation);
        CheckLimits(spec.Limits);
    }

    /// <summary>Checks that an attached probe can be changed to a spec.</summary>
    /// <param name="old">The spec that it has.</param>
    /// <param name="changed">The other spec.</param>
    /// <exception cref="SpecException">It differs in what cannot be changed in place, or its parts do not go together.</exception>
    /// <exception cref="ExpressionException">A captured value cannot be recorded, or there are too many.</exception>
    public static void CheckChange(ProbeSpec old, ProbeSpec changed)
    {
        Check(changed);
        string? fixedPart = changed.Point != old.Point ? "point"
            : changed.Edge != old.Edge ? "edge"
            : changed.Aggregation != old.Aggregation ? "aggregation"
            : changed.Label != old.Label ? "name"
            : changed.IsSpan != old.IsSpan ? "being a span"
            : changed.Action != old.Action ? "action"
            : changed.GetType() != old.GetType() ? "type"
            : null;
        if (fixedPart is not null)
        {
            throw new SpecException($"A change of the probe's {fixedPart}", "its condition, capture and limits can be changed while it is attached, nothing else.", "Attach a second probe, then dispose the first.");
        }

        if ((changed.CaptureShape is null) != (old.CaptureShape is null))
        {
            throw new SpecException("A change between events with and without a capture", "the probe's readers expect what it was attached with.", "Attach a second probe, then dispose the first.");
        }
    }

    private static void CheckLimits(ProbeLimits limits)
    {
        (string What, string Mend)? wrong = limits switch
        {
            { SampleEvery: < 1 } => ($"Sampling one of {limits.SampleEvery} hits", "Give 1 or more."),
            { PerSecond: { } rate } when !(rate is >= LowestRate and <= HighestRate) => (string.Create(CultureInfo.InvariantCulture, $"A rate of {rate} per second"), $"Give {LowestRate} to {HighestRate}."),
            { Hits: < 1 } => ($"A limit of {limits.Hits} hits", "Give 1 or more."),
            { Expiry: { } expiry } when expiry <= TimeSpan.Zero => ($"An expiry after {expiry}", "Give a time that is more than zero."),
            _ => null,
        };
        if (wrong is { } known)
        {
            throw new SpecException(known.What, "such a probe could report nothing, or its limit means nothing.", known.Mend);
        }
    }

    /// <summary>Checks that a spec's aggregate can be read as a snapshot.</summary>
    /// <typeparam name="TSnapshot">The snapshot.</typeparam>
    /// <param name="spec">The spec.</param>
    /// <exception cref="SpecException">It keeps no aggregate, or one that gives another snapshot.</exception>
    public static void CheckSnapshot<TSnapshot>(ProbeSpec spec)
        where TSnapshot : IAggregateSnapshot<TSnapshot>
    {
        if (!TSnapshot.Reads(spec.Aggregation))
        {
            throw new SpecException(
                $"{TypeText.Of(typeof(TSnapshot))} for {spec.Aggregation?.GetType().Name ?? "a probe that keeps no aggregate"}",
                "reading it gives something else.",
                "Use CountSnapshot, SumSnapshot, SummarySnapshot, HistogramSnapshot, BreakdownSnapshot or StackProfile; by a key, CountTable or KeyedTable with the key's very type.");
        }
    }

    private static void CheckSpan(ProbeSpec spec)
    {
        if (spec.IsSpan && spec.Edge != ProbeEdge.Call)
        {
            throw new SpecException($"A span with the edge {spec.Edge}", "a span is a whole call.", "Use AsSpan() without another edge.");
        }

        bool breaksDown = spec.Aggregation is BreakdownAggregation or KeyedAggregation { Inner: BreakdownAggregation };
        if (spec is { IsSpan: true, Aggregation: not null } && !breaksDown)
        {
            throw new SpecException("A span together with an aggregation", "each span is an event, or part of a breakdown.", "Use Breakdown() or BreakdownBy(), or attach two probes: one with AsSpan(), and one with the aggregation.");
        }

        if (!spec.IsSpan && breaksDown)
        {
            throw new SpecException("A breakdown of calls that are no spans", "only of spans it is known what the kernel did for them.", "Add AsSpan().");
        }
    }

    private static void CheckAction(ProbeSpec spec)
    {
        if (spec.Action is { } action && (spec.Edge != ProbeEdge.Call || spec.IsSpan || spec.CaptureShape is not null || spec.Aggregation is not null))
        {
            throw new SpecException($"A probe that is {action.Describe()} and reports", "a probe either acts on whole calls or reports them.", "Attach a second probe that observes.");
        }
    }

    private static void CheckEdge(ProbeEdge edge)
    {
        if (edge == ProbeEdge.None || (edge & ~Known) != 0)
        {
            throw new SpecException($"The edge {edge}", "it names no moment that could be observed.", "Use OnCall(), OnEntry(), OnReturn(), OnThrow() or OnCatch().");
        }

        if ((edge & ProbeEdge.Entry) != 0 && edge != ProbeEdge.Entry)
        {
            throw new SpecException(
                $"The edge {edge}",
                "a condition or capture cannot be the same at the entry and at the end of a call.",
                "Use OnCall() for one event of the whole call, or attach a second probe.");
        }

        if ((edge & ProbeEdge.Catch) != 0 && edge != ProbeEdge.Catch)
        {
            throw new SpecException($"The edge {edge}", "a handler's entry is not a moment of the same call as the others.", "Attach a second probe with OnCatch().");
        }

        if ((edge & ProbeEdge.Call) != 0 && BitOperations.PopCount((uint)edge) > 1)
        {
            throw new SpecException(
                $"The edge {edge}",
                "Call is already one event for the whole call, whether it returns or throws.",
                "Use OnCall() alone, or OnReturn().OrThrow(), or attach a second probe.");
        }
    }

    private static void CheckAggregation(AggregationSpec? aggregation)
    {
        switch (aggregation)
        {
            case ValueAggregation value when !AggregationFactory.IsMeasure(value.Value.Type):
                throw new SpecException($"A value of type {TypeText.Of(value.Value.Type)}", "it cannot be added up.", "Use an integer or a TimeSpan.");
            case KeyedAggregation table when !AggregationFactory.IsKey(table.Key.Type):
                throw new SpecException($"A key of type {TypeText.Of(table.Key.Type)}", "it does not fit 64 bits.", "Use an integer, bool, char, enum, string or the caller.");
            case KeyedAggregation { Capacity: < 1 or > MostKeys } table:
                throw new SpecException($"The capacity {table.Capacity}", $"a table has 1 to {MostKeys} keys per thread.", "Give another capacity.");
            case StackAggregation { Capacity: < 1 or > MostKeys } stacks:
                throw new SpecException($"The capacity {stacks.Capacity}", $"a profile has 1 to {MostKeys} stacks.", "Give another capacity.");
            case StackAggregation { Weight: { } weight } when !AggregationFactory.IsMeasure(weight.Type):
                throw new SpecException($"A weight of type {TypeText.Of(weight.Type)}", "it cannot be added up.", "Use an integer or a TimeSpan.");
            case KeyedAggregation { Inner: KeyedAggregation or StackAggregation }:
                throw new SpecException("A key within a key", "a table keeps simple aggregates.", "Use one key; integers can be combined by arithmetic.");
            case KeyedAggregation table:
                CheckAggregation(table.Inner);
                CheckBytes(table);
                break;
            case LinearHistogramAggregation { Buckets: < 1 or > MostBuckets } linear:
                throw new SpecException($"{linear.Buckets} buckets", $"a histogram has 1 to {MostBuckets}.", "Give another number of buckets.");
            case LinearHistogramAggregation { Width: < 1 } linear:
                throw new SpecException($"The bucket width {linear.Width}", "it is less than 1.", "Give a width of 1 or more; durations count in nanoseconds.");
            case LinearHistogramAggregation linear when (Int128)linear.Minimum + ((Int128)linear.Width * linear.Buckets) > long.MaxValue:
                throw new SpecException($"{linear.Buckets} buckets of {linear.Width} from {linear.Minimum}", "they pass the 64-bit range.", "Give fewer or narrower buckets.");
        }
    }
    private static void CheckBytes(KeyedAggregation table)
    {
        long bytes = AggregationLayout.BytesFor(table);
        if (bytes > AggregationLayout.MaximumBytes)
        {
            throw new SpecException(
                $"A table of {table.Capacity} keys",
                $"with its aggregates it would take {bytes} bytes on each thread, and at most {AggregationLayout.MaximumBytes} are kept.",
                "Give a smaller capacity, or fewer buckets.");
        }
    }
}
