using Instrumentation.Expressions;
using Instrumentation.Governor;

namespace Instrumentation.Backends.Extending;

/// <summary>What a <see cref="ProbeSink"/> takes for a hit: typical figures, since a measurement would need hits. The backend adds what it takes itself.</summary>
internal static class SinkCosts
{
    private const double Reach = 12;
    private const double Node = 3;
    private const double Update = 15;
    private const double Event = 80;
    private const double Field = 8;

    /// <summary>What a hit takes.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="reduction">How far it is reduced.</param>
    /// <param name="ofBackend">What the backend takes for it; nanoseconds.</param>
    /// <returns>The cost.</returns>
    public static HitCost Of(ProbeSpec spec, ProbeReduction reduction, double ofBackend)
    {
        double perHit = Math.Max(0, ofBackend) + Reach;
        if (reduction.Level == ProbeLevel.Counted)
        {
            return new HitCost(perHit, 0);
        }

        perHit += Node * ExpressionWalk.Nodes(spec.Condition).Count();
        IEnumerable<ProbeExpression> values = spec.CaptureShape?.Fields.Select(static field => field.Value) ?? spec.Aggregation?.Expressions ?? [];
        double report = spec.Aggregation is null ? Event + (Field * (spec.CaptureShape?.Fields.Count ?? 0)) : Update;
        return new HitCost(perHit, report + (Node * values.SelectMany(ExpressionWalk.Nodes).Count()));
    }
}
