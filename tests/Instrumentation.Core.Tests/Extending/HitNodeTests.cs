using Instrumentation.Backends;
using Instrumentation.Backends.Extending;
using Instrumentation.Core.Tests.Expressions;
using Instrumentation.Core.Tests.Json;
using Instrumentation.Events;
using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Extending;

/// <summary>What hits of users' backends are judged with means what the interpreter says.</summary>
public sealed class HitNodeTests
{
    private static readonly Type[] Types =
    [
        typeof(bool), typeof(char), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong),
        typeof(float), typeof(double), typeof(TimeSpan), typeof(string), typeof(PulseKind),
    ];

    private static readonly HitShape Shape = new([.. Types.Select(static type => new HitArgument($"a{type.Name}", type))], HasDuration: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Bind_RandomExpressions_EvaluateAsTheInterpreterDoes(int seed)
    {
        Random random = new(seed);
        HitExpressions expressions = new(random, Types);
        HitBinder binder = new("here", Shape);
        int faults = 0;
        for (int i = 0; i < 4000; i++)
        {
            Type type = Types[random.Next(Types.Length)];
            ProbeExpression expression = expressions.Next(type, random.Next(6));
            HitNode node = binder.Bind(expression);
            for (int hit = 0; hit < 4; hit++)
            {
                object?[] values = [.. Types.Select(each => Value(each, random))];
                Hit reference = new() { Arguments = values, Values = new() { [ContextValue.Timestamp] = 17L, [ContextValue.Duration] = 1_500L, [ContextValue.ThreadId] = 5, [ContextValue.Span] = 9L, [ContextValue.Place] = "the place" } };
                object? expected = ExpressionInterpreter.Evaluate(expression, reference, out bool faulted);
                HitInput input = new() { Arguments = values.Select((value, index) => Given(value, Types[index])).ToArray(), Timestamp = 17, Duration = 1_500, ThreadId = 5, Span = 9, Place = Place };

                object? actual = type == typeof(string) ? node.Text(ref input) : node.Bits(ref input);

                Assert.True(faulted == input.Faulted && IsSame(expected, actual), $"{ExpressionText.Of(expression)} is {expected} (fault {faulted}), not {actual} (fault {input.Faulted})");
                faults += faulted ? 1 : 0;
            }
        }

        Assert.InRange(faults, 100, 12_000);
    }

    private static ProbeSite Place { get; } = ProbeSite.Register("the place", "tests");

    // A NaN has many forms; which one comes out is up to the processor.
    private static bool IsSame(object? expected, object? actual) => expected is double.NaN or float.NaN
        ? double.IsNaN(BitConverter.Int64BitsToDouble((long)actual!))
        : Equals(Bits(expected), actual);

    private static object? Bits(object? value) => value switch
    {
        null or string => value,
        float or double => HitNumbers.Bits(Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture)),
        _ => NumberConversion.Bits(value),
    };

    private static object? Value(Type type, Random random)
    {
        if (type == typeof(string))
        {
            return random.Next(5) == 0 ? null : RandomConstants.Word(random);
        }

        // Now and then something that is not what the shape says.
        return random.Next(30) == 0 ? type == typeof(bool) ? 3 : null : HitExpressions.Constant(type, random).Value;
    }

    private static HitValue Given(object? value, Type type) => value switch
    {
        null when type == typeof(string) => null as string,
        null => default,
        bool truth => truth,
        char letter => letter,
        sbyte number => number,
        byte number => number,
        short number => number,
        ushort number => number,
        int number => number,
        uint number => number,
        long number => number,
        ulong number => number,
        float number => number,
        double number => number,
        TimeSpan duration => duration,
        PulseKind kind => (short)kind,
        _ => (string)value,
    };
}
