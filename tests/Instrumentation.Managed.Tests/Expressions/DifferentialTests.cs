using System.Diagnostics;
using System.Globalization;
using Instrumentation.Expressions;
using Instrumentation.Managed.Expressions;

namespace Instrumentation.Managed.Tests.Expressions;

/// <summary>The IL and the interpreter agree, in value and in faults, on expressions that nobody thought of.</summary>
public class DifferentialTests(ITestOutputHelper output)
{
    private const int Trees = 2_500;
    private const int HitsPerTree = 10;
    private const int Hits = 500;
    private const int Depth = 5;

    private static readonly BindingTarget Target = new(
        "Random::Method",
        [.. RandomExpressions.Types.Select((type, index) => new BindingParameter($"p{index}", type))],
        typeof(Chain),
        typeof(int),
        ProbeEdge.Call,
        GettersAllowed: true);

    [Fact]
    public void Emit_RandomExpressions_AgreesWithTheInterpreter()
    {
        int seed = Environment.GetEnvironmentVariable("EXPRESSION_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Environment.TickCount;
        Random random = new(seed);
        RandomValues values = new(random);
        RandomExpressions expressions = new(random, values);
        Stopwatch watch = Stopwatch.StartNew();
        int cases = 0;
        int faults = 0;
        (ContextHit Hit, object?[] Boxes)[] hits = [.. Enumerable.Range(0, Hits).Select(_ => RandomHit(values))];
        for (int tree = 0; tree < Trees; tree++)
        {
            ProbeExpression expression = expressions.Any(random.Next(1, Depth + 1));
            Emitted emitted = Compile(expression, seed, structsByAddress: tree % 2 == 0);
            for (int hit = 0; hit < HitsPerTree; hit++, cases++)
            {
                (ContextHit input, object?[] boxes) = hits[random.Next(hits.Length)];
                object? expected = ExpressionInterpreter.Evaluate(expression, input, out bool expectedFault);
                object? actual = emitted.Run(boxes, out bool actualFault);
                faults += actualFault ? 1 : 0;
                if (!Same(expected, actual) || expectedFault != actualFault)
                {
                    Assert.Fail($"seed {seed}, tree {tree}, hit {hit}: the interpreter gives {Show(expected, expectedFault)}, the IL {Show(actual, actualFault)}: {ExpressionText.Of(expression)}");
                }
            }
        }

        output.WriteLine($"seed {seed}: {cases} cases, {faults} with faults, {watch.ElapsedMilliseconds} ms");
        Assert.True(cases >= 20_000, "Too few cases.");
        Assert.InRange(faults, cases / 20, cases * 19 / 20);
    }

    private static (ContextHit Hit, object?[] Boxes) RandomHit(RandomValues values)
    {
        object? self = values.Of(typeof(Last));
        object? result = values.Of(typeof(int));
        object?[] arguments = [.. RandomExpressions.Types.Select(values.Of)];
        return (new ContextHit(self, result, arguments), Emitted.Boxes(Target, self, result, arguments));
    }

    private static Emitted Compile(ProbeExpression expression, int seed, bool structsByAddress)
    {
        try
        {
            return new Emitted(ExpressionBinder.Bind(expression, Target), structsByAddress);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"seed {seed}: {ExpressionText.Of(expression)}", error);
        }
    }

    // Zeros differ by their sign, and not-a-number is like itself.
    private static bool Same(object? left, object? right) => (left, right) switch
    {
        (double a, double b) => double.IsNaN(a) ? double.IsNaN(b) : BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b),
        (float a, float b) => float.IsNaN(a) ? float.IsNaN(b) : BitConverter.SingleToInt32Bits(a) == BitConverter.SingleToInt32Bits(b),
        (string a, string b) => string.Equals(a, b, StringComparison.Ordinal),
        ({ } a, { } b) when a.GetType().IsValueType => a.Equals(b),
        _ => ReferenceEquals(left, right),
    };

    private static string Show(object? value, bool faulted) =>
        (value is null ? "null" : $"{Convert.ToString(value, CultureInfo.InvariantCulture)} ({value.GetType().Name})") + (faulted ? " with a fault" : string.Empty);
}
