using FsCheck;
using FsCheck.Fluent;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>A comparison of a fraction with a constant holds for exactly the numbers of the range that stands for it.</summary>
public sealed class FractionRangeTests
{
    private static readonly BinaryOperator[] Comparisons = [.. Enum.GetValues<BinaryOperator>().Where(OperatorText.IsComparison)];
    private static readonly UnaryOperator[] Totals = [UnaryOperator.TotalMilliseconds, UnaryOperator.TotalMicroseconds, UnaryOperator.TotalSeconds];

    [Fact]
    public void Durations_AtTheBoundsAndBeside_CompareAsTheInterpreter() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(5_000),
        Prop.ForAll(Inputs(), static input => Holds(
            new ContextExpression(ContextValue.Duration, typeof(TimeSpan)),
            duration => new UnaryExpression(Totals[input.Kind % Totals.Length], duration, typeof(double)),
            typeof(double),
            input)));

    [Fact]
    public void Numbers_AtTheBoundsAndBeside_CompareAsTheInterpreter() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(5_000),
        Prop.ForAll(Inputs(), static input =>
        {
            Type type = (input.Kind & 1) == 0 ? typeof(double) : typeof(float);
            Type[] numbers = [typeof(long), typeof(ulong), typeof(int), typeof(uint), typeof(short), typeof(byte), typeof(char)];
            return Holds(new ArgumentExpression(0, null, numbers[input.Kind / 2 % numbers.Length]), number => new ConvertExpression(number, type), type, input);
        }));

    private static Arbitrary<Input> Inputs() => (
        from kind in Gen.Choose(0, 100)
        from operation in Gen.Elements(Comparisons)
        from swapped in Gen.Elements(true, false)
        from seed in Gen.Choose(0, int.MaxValue)
        select new Input(kind, operation, swapped, seed)).ToArbitrary();

    private static bool Holds(ProbeExpression number, Func<ProbeExpression, ProbeExpression> fraction, Type type, Input input)
    {
        Random random = new(input.Seed);
        ConstantExpression constant = new(new RandomValues(random).Of(type), type);
        BinaryExpression comparison = input.Swapped
            ? new(input.Operator, constant, fraction(number), typeof(bool))
            : new(input.Operator, fraction(number), constant, typeof(bool));
        var range = FractionRange.Of(comparison);
        TypeCode code = ExpressionTypes.RepresentationOf(number.Type);
        long[] bounds = [range.Low ?? 0, range.High ?? 0, 0, long.MinValue, long.MaxValue, random.NextInt64(), (long)Math.Clamp(Convert.ToDouble(constant.Value!), -1e18, 1e18)];
        foreach (long bits in bounds.SelectMany(static bound => new[] { bound - 1, bound, bound + 1 }))
        {
            object value = NumberConversion.FromBits(bits, code);
            long canonical = NumberConversion.Bits(value);
            bool unsigned = ExpressionTypes.IsUnsigned(code);
            bool inside = (range.Low is not { } low || (unsigned ? (ulong)canonical >= (ulong)low : canonical >= low))
                && (range.High is not { } high || (unsigned ? (ulong)canonical <= (ulong)high : canonical <= high));
            object? expected = ExpressionInterpreter.Evaluate(comparison, new OneNumber(value), out _);
            Assert.True((inside == range.IsInside).Equals(expected), $"{ExpressionText.Of(comparison)} at {value}: {range}");
        }

        return true;
    }

    private sealed record Input(int Kind, BinaryOperator Operator, bool Swapped, int Seed);

    private sealed class OneNumber(object value) : IExpressionInput
    {
        public object? This => null;

        public object? Result => null;

        public object Argument(int index) => value;

        public object? Argument(string name) => null;

        public object Context(ContextValue which) => value;
    }
}
