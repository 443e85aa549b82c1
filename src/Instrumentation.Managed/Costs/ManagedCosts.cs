using Instrumentation.Expressions;
using Instrumentation.Governor;

namespace Instrumentation.Managed.Costs;

/// <summary>What hits of woven probes cost on this machine, in nanoseconds: measured once a process, when it is first asked for.</summary>
/// <param name="Count">A count in the woven code.</param>
/// <param name="EntryDecision">A hook at the entry that finds a hit not wanted.</param>
/// <param name="EntryEvent">An event at the entry.</param>
/// <param name="EntryAggregate">An aggregate that is updated at the entry.</param>
/// <param name="StartDecision">A hook at the entry that finds the end of a call not wanted.</param>
/// <param name="EndDecision">Hooks at the entry and at the end, the latter of which finds the hit not wanted.</param>
/// <param name="EndEvent">An event at the end, with its duration.</param>
/// <param name="Span">An event at the end of a call that is a span.</param>
/// <param name="EndAggregate">An aggregate that is updated at the end.</param>
/// <param name="Field">A captured value.</param>
internal sealed record ManagedCosts(
    double Count,
    double EntryDecision,
    double EntryEvent,
    double EntryAggregate,
    double StartDecision,
    double EndDecision,
    double EndEvent,
    double Span,
    double EndAggregate,
    double Field)
{
    private const int CalibratedFields = 4;

    // A few values disappear in what an event costs besides; many do not.
    private const double LeastField = 0.5;

    // A string is copied, and its length looked at.
    private const int FieldsOfText = 3;

    private static readonly Lock Gate = new();
    private static ManagedCosts? _measured;

    /// <summary>The costs on this machine.</summary>
    /// <returns>The costs.</returns>
    /// <exception cref="BackendUnavailableException">This process cannot be profiled.</exception>
    public static ManagedCosts Get()
    {
        lock (Gate)
        {
            return _measured ??= Measure();
        }
    }

    /// <summary>What a hit of a probe costs.</summary>
    /// <param name="spec">The probe.</param>
    /// <param name="reduction">How far it is reduced.</param>
    /// <returns>The cost.</returns>
    public HitCost Of(ProbeSpec spec, ProbeReduction reduction)
    {
        bool isPlainCount = spec is { Aggregation: CountAggregation, Condition: null, Limits.AreDecidedByHooks: false } && (spec.Edge & (ProbeEdge.Entry | ProbeEdge.Call)) != 0;
        if (reduction.Level == ProbeLevel.Counted || isPlainCount)
        {
            return new HitCost(Count, 0);
        }

        bool asksEnd = spec.Condition is { } condition && ReadsEnd(condition);
        bool atEntry = (spec.Edge & (ProbeEdge.Entry | ProbeEdge.Catch)) != 0 || (spec.Edge == ProbeEdge.Call && spec.Aggregation is { } aggregation && !asksEnd && !ReadsEnd(aggregation));
        bool decidedAtEnd = !atEntry && (spec.Edge != ProbeEdge.Call || asksEnd);
        double decision = atEntry ? EntryDecision : decidedAtEnd ? EndDecision : StartDecision;
        double whole = spec.Aggregation is not null ? (atEntry ? EntryAggregate : EndAggregate) : (atEntry ? EntryEvent : spec.IsSpan ? Span : EndEvent) + (Field * Fields(spec));
        return new HitCost(decision, Math.Max(0, whole - decision));
    }

    private static int Fields(ProbeSpec spec) => spec.CaptureShape?.Fields.Sum(static field => field.Value.Type == typeof(string) ? FieldsOfText : 1) ?? 0;

    private static bool ReadsEnd(ProbeExpression expression) =>
        ExpressionWalk.Nodes(expression).Any(static node => node is ReturnExpression or ContextExpression { Value: ContextValue.Duration or ContextValue.Exception or ContextValue.ThrownBy });

    private static bool ReadsEnd(AggregationSpec aggregation)
    {
        bool reads = false;
        _ = aggregation.Select(expression =>
        {
            reads |= ReadsEnd(expression);
            return expression;
        });
        return reads;
    }

    private static ManagedCosts Measure()
    {
        Calibration calibration = new();
        ProbeSpec probe = Probe.Method(((Func<long, long, long, long, long>)CalibrationTarget.Called).Method);
        double entryEvent = calibration.Measure(probe.OnEntry());
        double fourFields = calibration.Measure(probe.OnEntry().Capture(c => new ValueTuple<long, long, long, long>(c.Arg<long>(0), c.Arg<long>(1), c.Arg<long>(2), c.Arg<long>(3))));
        return new ManagedCosts(
            calibration.Measure(probe.Count()),
            calibration.Measure(probe.OnEntry().Sample(int.MaxValue)),
            entryEvent,
            calibration.Measure(probe.OnEntry().Summary(c => c.Arg<long>(1))),
            calibration.Measure(probe.OnCall().Sample(int.MaxValue)),
            calibration.Measure(probe.OnCall().When(c => c.Duration < TimeSpan.Zero)),
            calibration.Measure(probe.OnCall()),
            calibration.Measure(probe.AsSpan()),
            calibration.Measure(probe.OnCall().Histogram(c => c.Duration)),
            Math.Max(LeastField, (fourFields - entryEvent) / CalibratedFields));
    }
}
