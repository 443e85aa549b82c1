using Instrumentation.Core.Tests.Json;
using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Extending;

/// <summary>Well-typed expressions at random, of all that hits of users' backends have.</summary>
internal sealed class HitExpressions(Random random, IReadOnlyList<Type> types)
{
    private static readonly ContextExpression[] Context =
    [
        new(ContextValue.Duration, typeof(TimeSpan)), new(ContextValue.Timestamp, typeof(long)), new(ContextValue.ThreadId, typeof(int)), new(ContextValue.Span, typeof(long)), new(ContextValue.Place, typeof(string)),
    ];

    private Type Number => types.Where(static type => ExpressionTypes.NumberOf(type) != TypeCode.Empty && !type.IsEnum).ToArray() is var numbers ? numbers[random.Next(numbers.Length)] : typeof(int);

    public static ConstantExpression Constant(Type type, Random random) =>
        type == typeof(PulseKind) ? new ConstantExpression((PulseKind)random.Next(1, 3), type) : RandomConstants.Of(type, random)!;

    public ProbeExpression Next(Type type, int depth)
    {
        if (depth <= 0 || random.Next(6) == 0)
        {
            return Leaf(type);
        }

        if (random.Next(8) == 0)
        {
            return new ConditionalExpression(Next(typeof(bool), depth - 1), Next(type, depth - 1), Next(type, depth - 1), type);
        }

        return type == typeof(bool) ? Truth(depth - 1)
            : type == typeof(TimeSpan) ? Binary(random.Next(2) == 0 ? BinaryOperator.Add : BinaryOperator.Subtract, type, type, depth - 1)
            : type == typeof(string) ? Leaf(type)
            : Figure(type, depth - 1);
    }

    private ProbeExpression Leaf(Type type)
    {
        ContextExpression[] context = [.. Context.Where(value => value.Type == type)];
        int index = types.ToList().IndexOf(type);
        return random.Next(5) switch
        {
            0 or 1 => Constant(type, random),
            2 when context.Length > 0 => context[random.Next(context.Length)],
            _ => new ArgumentExpression(index, null, type),
        };
    }

    private ProbeExpression Truth(int depth) => random.Next(8) switch
    {
        0 => new UnaryExpression(UnaryOperator.Not, Next(typeof(bool), depth), typeof(bool)),
        1 or 2 => Binary(random.Next(2) == 0 ? BinaryOperator.AndAlso : BinaryOperator.OrElse, typeof(bool), typeof(bool), depth),
        3 => Binary(BinaryOperator.And + random.Next(3), typeof(bool), typeof(bool), depth),
        4 => new StringTestExpression((StringTest)random.Next(3), Next(typeof(string), depth), Next(typeof(string), depth)),
        5 => Binary(BinaryOperator.Equal + random.Next(2), typeof(string), typeof(bool), depth),
        6 => Binary(BinaryOperator.Equal + random.Next(6), random.Next(2) == 0 ? typeof(TimeSpan) : typeof(PulseKind), typeof(bool), depth),
        _ => Binary(BinaryOperator.Equal + random.Next(6), Number, typeof(bool), depth),
    };

    private ProbeExpression Figure(Type type, int depth)
    {
        bool bits = !ExpressionTypes.IsFloating(ExpressionTypes.NumberOf(type));
        return random.Next(8) switch
        {
            0 => new UnaryExpression(UnaryOperator.Negate, Next(type, depth), type),
            1 when bits => new UnaryExpression(UnaryOperator.Complement, Next(type, depth), type),
            2 when bits => new BinaryExpression(random.Next(2) == 0 ? BinaryOperator.ShiftLeft : BinaryOperator.ShiftRight, Next(type, depth), Next(typeof(int), depth), type),
            3 when bits => Binary(BinaryOperator.And + random.Next(3), type, type, depth),
            4 when type == typeof(int) => new UnaryExpression(UnaryOperator.StringLength, Next(typeof(string), depth), type),
            4 when type == typeof(long) => new UnaryExpression(UnaryOperator.Ticks, Next(typeof(TimeSpan), depth), type),
            4 when type == typeof(double) => new UnaryExpression(UnaryOperator.TotalMilliseconds + random.Next(3), Next(typeof(TimeSpan), depth), type),
            5 or 6 => new ConvertExpression(Next(Number, depth), type),
            _ => Binary(BinaryOperator.Add + random.Next(5), type, type, depth),
        };
    }

    private BinaryExpression Binary(BinaryOperator operation, Type operand, Type type, int depth) => new(operation, Next(operand, depth), Next(operand, depth), type);
}
