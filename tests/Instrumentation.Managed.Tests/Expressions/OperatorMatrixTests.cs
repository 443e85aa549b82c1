using Instrumentation.Expressions;
using Instrumentation.Managed.Expressions;

namespace Instrumentation.Managed.Tests.Expressions;

/// <summary>Every operator and conversion, over the edges of every number type: the IL and the interpreter agree.</summary>
public class OperatorMatrixTests
{
    private static readonly Type[] Numbers =
    [
        typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(char), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(nint), typeof(nuint),
        typeof(float), typeof(double), typeof(Colour),
    ];

    private static readonly double[] Fractions = [0, -0.0, 1, -1, 2.5, -1e9, 1e10, 1e19, 1e20, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, 255.9, -128.9, 4294967295];

    public static TheoryData<Type> Types => [.. Numbers];

    [Theory]
    [MemberData(nameof(Types))]
    public void Emit_BinaryOperator_AgreesAtTheEdges(Type type)
    {
        BindingTarget target = Place.Of(("a", type), ("b", type));
        object[] edges = [.. Edges(type)];
        foreach (BinaryOperator operation in Enum.GetValues<BinaryOperator>().Where(operation => OperatorRules.Allows(operation, type, type)))
        {
            Type result = OperatorText.IsComparison(operation) ? typeof(bool) : type;
            Agree(target, new BinaryExpression(operation, new ArgumentExpression(0, null, type), new ArgumentExpression(1, null, type), result), edges, edges);
            foreach (object constant in edges)
            {
                Agree(target, new BinaryExpression(operation, new ArgumentExpression(0, null, type), new ConstantExpression(constant, type), result), edges, [constant]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Emit_Conversion_AgreesAtTheEdges(Type type)
    {
        BindingTarget target = Place.Of(("a", type));
        foreach (Type to in Numbers)
        {
            Agree(target, new ConvertExpression(new ArgumentExpression(0, null, type), to), [.. Edges(type)]);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Emit_UnaryOperatorAndShift_AgreeAtTheEdges(Type type)
    {
        BindingTarget target = Place.Of(("a", type), ("count", typeof(int)));
        ArgumentExpression operand = new(0, null, type);
        object[] edges = [.. Edges(type)];
        Agree(target, new UnaryExpression(UnaryOperator.Negate, operand, type), edges, [0]);
        if (!ExpressionTypes.IsFloating(ExpressionTypes.NumberOf(type)))
        {
            object[] counts = [0, 1, 7, 31, 32, 33, 63, 64, -1, int.MinValue];
            Agree(target, new UnaryExpression(UnaryOperator.Complement, operand, type), edges, [0]);
            Agree(target, new BinaryExpression(BinaryOperator.ShiftLeft, operand, new ArgumentExpression(1, null, typeof(int)), type), edges, counts);
            Agree(target, new BinaryExpression(BinaryOperator.ShiftRight, operand, new ArgumentExpression(1, null, typeof(int)), type), edges, counts);
        }
    }

    private static void Agree(BindingTarget target, ProbeExpression expression, params object[][] arguments)
    {
        Emitted emitted = new(ExpressionBinder.Bind(expression, target));
        foreach (object?[] values in Product(arguments))
        {
            object?[] padded = [.. values, .. target.Parameters.Skip(values.Length).Select(parameter => ConstantDefault.Of(parameter.Type))];
            object? expected = ExpressionInterpreter.Evaluate(expression, new ContextHit(null, null, padded), out bool expectedFault);
            object? actual = emitted.Run(Emitted.Boxes(target, null, null, padded), out bool actualFault);
            if (!Equals(expected, actual) || expectedFault != actualFault)
            {
                Assert.Fail($"{ExpressionText.Of(expression)} over {string.Join(", ", padded)}: the interpreter gives {expected} (fault {expectedFault}), the IL {actual} (fault {actualFault}).");
            }
        }
    }

    private static IEnumerable<object?[]> Product(object[][] arguments) => arguments.Aggregate(
        Enumerable.Repeat(Array.Empty<object?>(), 1),
        (left, right) => left.SelectMany(_ => right, (head, tail) => (object?[])[.. head, tail]));

    private static IEnumerable<object> Edges(Type type)
    {
        TypeCode code = ExpressionTypes.NumberOf(type);
        if (ExpressionTypes.IsFloating(code))
        {
            return Fractions.Select(fraction => NumberConversion.Convert(fraction, code));
        }

        long[] edges = [0, 1, -1, 2, 3, -8, 127, -128, 255, short.MinValue, ushort.MaxValue, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue];
        return edges.Select(edge => NumberConversion.FromBits(edge, code)).Distinct().Select(value => Ordinary(value, type));
    }

    private static object Ordinary(object value, Type type) => type switch
    {
        { IsEnum: true } => Enum.ToObject(type, value),
        _ when type == typeof(nint) => (nint)(long)value,
        _ when type == typeof(nuint) => (nuint)(ulong)value,
        _ => value,
    };
}
