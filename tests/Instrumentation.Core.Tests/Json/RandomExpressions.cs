using Instrumentation.Core.Tests.Expressions;
using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Json;

/// <summary>Well-typed expressions at random, every kind of node among them.</summary>
internal sealed class RandomExpressions(int seed)
{
    private static readonly ContextExpression[] Context =
    [
        new(ContextValue.Exception, typeof(Exception)), new(ContextValue.ThrownBy, typeof(string)), new(ContextValue.Duration, typeof(TimeSpan)), new(ContextValue.Timestamp, typeof(long)),
        new(ContextValue.ThreadId, typeof(int)), new(ContextValue.ProcessId, typeof(int)), new(ContextValue.Caller, typeof(CodeAddress)),
        new(ContextValue.Cpu, typeof(int)), new(ContextValue.UserId, typeof(uint)), new(ContextValue.CgroupId, typeof(ulong)), new(ContextValue.Comm, typeof(string)),
    ];

    private readonly Random _random = new(seed);

    /// <summary>The next expression of a type.</summary>
    public ProbeExpression Next(Type type, int depth)
    {
        if (depth <= 0 || _random.Next(6) == 0)
        {
            return Leaf(type, depth);
        }

        if (_random.Next(10) == 0)
        {
            return new ConditionalExpression(Next(typeof(bool), depth - 1), Next(type, depth - 1), Next(type, depth - 1), type);
        }

        if (type == typeof(bool))
        {
            return Truth(depth - 1);
        }

        if (type == typeof(TimeSpan))
        {
            return _random.Next(2) == 0 ? Unary(UnaryOperator.Negate, type, type, depth) : Binary(_random.Next(2) == 0 ? BinaryOperator.Add : BinaryOperator.Subtract, type, depth - 1);
        }

        return ExpressionTypes.NumberOf(type) != TypeCode.Empty ? Number(type, depth - 1) : type.IsValueType ? Leaf(type, depth) : Reference(type, depth - 1);
    }

    private ProbeExpression Leaf(Type type, int depth)
    {
        ContextExpression[] context = [.. Context.Where(value => value.Type == type)];
        return _random.Next(8) switch
        {
            0 or 1 or 2 when RandomConstants.Of(type, _random) is { } constant => constant,
            3 when context.Length > 0 => context[_random.Next(context.Length)],
            4 => new ReturnExpression(type),
            5 => new ThisExpression(type),
            6 when depth > 0 => Place(type, depth - 1),
            7 when ExpressionTypes.IsReadable(type) => _random.Next(2) == 0 || depth <= 0
                ? new KernelPathExpression("task->real_parent->comm[0]", type)
                : new MemoryExpression(Next(typeof(nint), depth - 1), type),
            _ when _random.Next(2) == 0 => new ArgumentExpression(_random.Next(300), null, type),
            _ => new ArgumentExpression(-1, RandomConstants.Word(_random), type),
        };
    }

    private ProbeExpression Place(Type type, int depth)
    {
        ProbeExpression target = Next(_random.Next(4) == 0 ? typeof(Point) : RandomTypes.Reference(_random), depth);
        return _random.Next(3) == 0
            ? new PathExpression(target, "_a.(Acme.Node`1[System.Int32]).b", type)
            : new MemberExpression(target, RandomConstants.Word(_random), _random.Next(2) == 0 ? target.Type : RandomTypes.Reference(_random), _random.Next(2) == 0, type);
    }

    private ProbeExpression Truth(int depth)
    {
        Type type = RandomTypes.Number(_random);
        return _random.Next(10) switch
        {
            0 => new UnaryExpression(UnaryOperator.Not, Next(typeof(bool), depth), typeof(bool)),
            1 or 2 => Binary(_random.Next(2) == 0 ? BinaryOperator.AndAlso : BinaryOperator.OrElse, typeof(bool), depth),
            3 => Binary(BinaryOperator.And + _random.Next(3), typeof(bool), depth),
            4 => new StringTestExpression((StringTest)_random.Next(3), Next(typeof(string), depth), Next(typeof(string), depth)),
            5 => new TypeTestExpression(Next(RandomTypes.Reference(_random), depth), typeof(Leaf)),
            6 => new BinaryExpression(_random.Next(2) == 0 ? BinaryOperator.Equal : BinaryOperator.NotEqual, Next(RandomTypes.Reference(_random), depth), Next(RandomTypes.Reference(_random), depth), typeof(bool)),
            7 => Binary(BinaryOperator.Equal + _random.Next(2), _random.Next(2) == 0 ? typeof(string) : typeof(CodeAddress), depth, typeof(bool)),
            8 => Binary(BinaryOperator.Equal + _random.Next(6), typeof(TimeSpan), depth, typeof(bool)),
            _ => Binary(BinaryOperator.Equal + _random.Next(6), type, depth, typeof(bool)),
        };
    }

    private ProbeExpression Number(Type type, int depth)
    {
        bool bits = !ExpressionTypes.IsFloating(ExpressionTypes.NumberOf(type));
        return _random.Next(8) switch
        {
            0 => Unary(UnaryOperator.Negate, type, type, depth),
            1 when bits => Unary(UnaryOperator.Complement, type, type, depth),
            2 when bits => new BinaryExpression(_random.Next(2) == 0 ? BinaryOperator.ShiftLeft : BinaryOperator.ShiftRight, Next(type, depth), Next(typeof(int), depth), type),
            3 when bits => Binary(BinaryOperator.And + _random.Next(3), type, depth),
            4 when type == typeof(int) && _random.Next(2) == 0 => Unary(UnaryOperator.ArrayLength, typeof(int[]), type, depth),
            4 when type == typeof(int) => Unary(UnaryOperator.StringLength, typeof(string), type, depth),
            4 when type == typeof(long) => Unary(UnaryOperator.Ticks, typeof(TimeSpan), type, depth),
            4 when type == typeof(double) => Unary(UnaryOperator.TotalMilliseconds + _random.Next(3), typeof(TimeSpan), type, depth),
            4 when type == typeof(ulong) => new ConvertExpression(Next(typeof(CodeAddress), depth), type),
            5 => new ConvertExpression(Next(RandomTypes.Number(_random), depth), type),
            6 => new ConvertExpression(Next(RandomTypes.Reference(_random), depth), type),
            _ => Binary(BinaryOperator.Add + _random.Next(5), type, depth),
        };
    }

    private ProbeExpression Reference(Type type, int depth) => type == typeof(string) && _random.Next(2) == 0
        ? new TypeNameExpression(Next(RandomTypes.Reference(_random), depth))
        : _random.Next(2) == 0 ? new ConvertExpression(Next(RandomTypes.Reference(_random), depth), type) : Place(type, depth);

    private UnaryExpression Unary(UnaryOperator operation, Type operand, Type type, int depth) => new(operation, Next(operand, depth), type);

    private BinaryExpression Binary(BinaryOperator operation, Type operand, int depth, Type? type = null) => new(operation, Next(operand, depth), Next(operand, depth), type ?? operand);
}
