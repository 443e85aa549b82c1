using Instrumentation.Core.Tests.Expressions;
using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Json;

/// <summary>Specs at random, with all that a spec can hold; the same for the same seed.</summary>
internal sealed class RandomSpecs(int seed)
{
    private static readonly ProbeEdge[] Edges =
        [ProbeEdge.Call, ProbeEdge.Entry, ProbeEdge.Return, ProbeEdge.Throw, ProbeEdge.Catch, ProbeEdge.Return | ProbeEdge.Throw];

    private readonly Random _random = new(seed);
    private readonly RandomExpressions _expressions = new(seed * 31);

    /// <summary>The next spec.</summary>
    public ProbeSpec Next()
    {
        int depth = _random.Next(5);
        ProbeSpec spec = new(new FakePoint(RandomConstants.Word(_random)))
        {
            Edge = Edges[_random.Next(Edges.Length)],
            Condition = _random.Next(3) == 0 ? null : _expressions.Next(typeof(bool), depth),
            GettersAllowed = _random.Next(4) == 0,
            Limits = _random.Next(2) == 0 ? ProbeLimits.None : Limits(),
            Label = _random.Next(3) == 0 ? RandomConstants.Word(_random) : null,
        };
        return _random.Next(4) switch
        {
            0 => spec with { IsSpan = spec.Edge == ProbeEdge.Call && _random.Next(2) == 0 },
            1 => With(spec, Aggregation(depth)),
            2 => spec with { CaptureShape = Shape(depth) },
            _ => new ProbeSpec<Pair>(spec) { CaptureShape = Shape(depth) with { Factory = new(typeof(Pair), typeof(Pair).GetConstructors()[0], 2, []) } },
        };
    }

    private static ProbeSpec With(ProbeSpec spec, AggregationSpec aggregation) =>
        (aggregation is BreakdownAggregation or KeyedAggregation { Inner: BreakdownAggregation } ? spec.AsSpan() : spec) with { Aggregation = aggregation };

    private CaptureShape Shape(int depth)
    {
        int count = _random.Next(8) == 0 ? _random.Next(33) : _random.Next(5);
        return new([.. Enumerable.Range(0, count).Select(index => new CaptureField(_random.Next(20) == 0 ? "twice" : RandomConstants.Word(_random) + index, _expressions.Next(RandomTypes.Any(_random), depth)))], null);
    }

    private ProbeLimits Limits() => new()
    {
        SampleEvery = _random.Next(2) == 0 ? 1 : _random.Next(1, int.MaxValue),
        PerSecond = _random.Next(2) == 0 ? null : 0.001 + (_random.NextDouble() * 1000),
        Hits = _random.Next(2) == 0 ? null : _random.NextInt64(1, long.MaxValue),
        Expiry = _random.Next(2) == 0 ? null : TimeSpan.FromTicks(_random.Next(2) == 0 ? _random.NextInt64(1, long.MaxValue) : _random.Next(1, 1000) * TimeSpan.TicksPerSecond),
    };

    private AggregationSpec Aggregation(int depth) => _random.Next(9) switch
    {
        < 4 => Simple(depth),
        < 8 => new KeyedAggregation(_expressions.Next(RandomTypes.Key(_random), depth), Simple(depth), _random.Next(1, 513)),
        _ => new StackAggregation(_random.Next(1, 65537)) { Weight = _random.Next(2) == 0 ? null : _expressions.Next(Measured(), depth) },
    };

    private AggregationSpec Simple(int depth) => _random.Next(6) switch
    {
        0 => new CountAggregation(),
        5 => new BreakdownAggregation(_expressions.Next(Measured(), depth)),
        1 => new SumAggregation(_expressions.Next(Measured(), depth)),
        2 => new SummaryAggregation(_expressions.Next(Measured(), depth)),
        3 => new Log2HistogramAggregation(_expressions.Next(Measured(), depth)),
        _ => new LinearHistogramAggregation(_expressions.Next(Measured(), depth), _random.NextInt64(long.MinValue, long.MaxValue / 2), _random.NextInt64(1, 1L << _random.Next(1, 51)), _random.Next(1, 1025)),
    };

    private Type Measured() => _random.Next(3) == 0 ? typeof(TimeSpan) : RandomTypes.Integer(_random);
}
