using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>Random well-typed expressions of whole numbers, with memory, text and narrowed arguments as points of the kernel have them, over a point with a parameter of each type.</summary>
internal sealed class RandomExpressions(Random random, RandomValues values, bool kernel = true)
{
    /// <summary>The types of the parameters, in order; also the types that expressions are made of.</summary>
    public static readonly Type[] Types =
    [
        typeof(bool), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(char), typeof(int), typeof(uint), typeof(long), typeof(ulong),
        typeof(nint), typeof(nuint), typeof(TimeSpan), typeof(CodeAddress), typeof(DayOfWeek), typeof(Small),
    ];

    /// <summary>The parameters: one of each type, and behind them two addresses of texts and one of data.</summary>
    public static readonly Type[] Parameters = [.. Types, typeof(nint), typeof(nint), typeof(nint)];

    /// <summary>Texts: of all lengths of characters, and around the bounds of the test.</summary>
    public static readonly string[] Texts =
    [
        string.Empty, "a", "b\0", "ab", "abc", "bc", "ABC", "abcabcabd", "ä", "€uro", "😀", "grin 😀 grin", "hello world", "hello world, and all that is longer than sixteen",
        new('x', 63), new('x', 64), new('x', 65), new string('x', 62) + "abc", new('y', 255), new('y', 256), new('y', 257), new string('y', 253) + "bc", new('y', 300),
    ];

    private static readonly Type[] Numbers = [.. Types.Where(static type => ExpressionTypes.NumberOf(type) != TypeCode.Empty)];
    private static readonly BinaryOperator[] Arithmetic = [.. Enum.GetValues<BinaryOperator>().Where(static operation => operation <= BinaryOperator.Xor)];
    private static readonly BinaryOperator[] Comparisons = [.. Enum.GetValues<BinaryOperator>().Where(OperatorText.IsComparison)];
    private static readonly UnaryOperator[] Totals = [UnaryOperator.TotalMilliseconds, UnaryOperator.TotalMicroseconds, UnaryOperator.TotalSeconds];

    /// <summary>An expression of any type.</summary>
    public ProbeExpression Any(int depth) => Of(Pick(Types), depth);

    /// <summary>An expression of a type.</summary>
    public ProbeExpression Of(Type type, int depth)
    {
        if (depth <= 0 || random.Next(10) == 0)
        {
            return Leaf(type);
        }

        if (random.Next(8) == 0)
        {
            return new ConditionalExpression(Of(typeof(bool), depth - 1), Of(type, depth - 1), Of(type, depth - 1), type);
        }

        if (kernel && ExpressionTypes.IsReadable(type) && type != typeof(string) && random.Next(15) == 0)
        {
            return new MemoryExpression(Address(), type);
        }

        return type switch
        {
            _ when type == typeof(string) => Leaf(type),
            _ when type == typeof(bool) => Truth(depth),
            _ when type == typeof(TimeSpan) => random.Next(3) == 0
                ? new UnaryExpression(UnaryOperator.Negate, Of(type, depth - 1), type)
                : new BinaryExpression(Pick([BinaryOperator.Add, BinaryOperator.Subtract]), Of(type, depth - 1), Of(type, depth - 1), type),
            _ when type == typeof(CodeAddress) => Leaf(type),
            _ => Number(type, depth),
        };
    }

    private ProbeExpression Number(Type type, int depth)
    {
        switch (random.Next(8))
        {
            case 0 or 1:
                return new ConvertExpression(Of(Pick(Numbers), depth - 1), type);
            case 2:
                return new UnaryExpression(Pick([UnaryOperator.Negate, UnaryOperator.Complement]), Of(type, depth - 1), type);
            case 3:
                return new BinaryExpression(Pick([BinaryOperator.ShiftLeft, BinaryOperator.ShiftRight]), Of(type, depth - 1), Of(typeof(int), depth - 1), type);
            case 4 when type == typeof(long):
                return new UnaryExpression(UnaryOperator.Ticks, Of(typeof(TimeSpan), depth - 1), type);
            case 4 when type == typeof(int) && kernel:
                return new UnaryExpression(UnaryOperator.StringLength, Of(typeof(string), depth - 1), type);
            case 4 when type == typeof(ulong):
                return new ConvertExpression(Of(typeof(CodeAddress), depth - 1), type);
            default:
                return new BinaryExpression(Pick(Arithmetic), Of(type, depth - 1), Of(type, depth - 1), type);
        }
    }

    private ProbeExpression Truth(int depth)
    {
        switch (random.Next(kernel ? 11 : 9))
        {
            case 9:
                return new StringTestExpression(Pick(Enum.GetValues<StringTest>()), Of(typeof(string), depth - 1), Text());
            case 10:
                ProbeExpression left = Of(typeof(string), depth - 1);
                ProbeExpression right = random.Next(2) == 0 ? Text() : Of(typeof(string), depth - 1);
                (left, right) = random.Next(2) == 0 ? (left, right) : (right, left);
                return random.Next(4) == 0
                    ? new StringTestExpression(StringTest.StartsWith, left, right)
                    : new BinaryExpression(Pick([BinaryOperator.Equal, BinaryOperator.NotEqual]), left, right, typeof(bool));
            case 0:
                return new UnaryExpression(UnaryOperator.Not, Of(typeof(bool), depth - 1), typeof(bool));
            case 1 or 2:
                BinaryOperator logic = Pick([BinaryOperator.AndAlso, BinaryOperator.OrElse, BinaryOperator.And, BinaryOperator.Or, BinaryOperator.Xor]);
                return new BinaryExpression(logic, Of(typeof(bool), depth - 1), Of(typeof(bool), depth - 1), typeof(bool));
            case 3:
                Type same = Pick([typeof(bool), typeof(CodeAddress)]);
                return new BinaryExpression(Pick([BinaryOperator.Equal, BinaryOperator.NotEqual]), Of(same, depth - 1), Of(same, depth - 1), typeof(bool));
            case 4:
                return Fraction(depth);
            default:
                Type number = Pick([.. Numbers, typeof(TimeSpan)]);
                return new BinaryExpression(Pick(Comparisons), Of(number, depth - 1), Of(number, depth - 1), typeof(bool));
        }
    }

    private BinaryExpression Fraction(int depth)
    {
        Type type = random.Next(3) == 0 ? typeof(float) : typeof(double);
        ProbeExpression fraction = type == typeof(double) && random.Next(2) == 0
            ? new UnaryExpression(Pick(Totals), Of(typeof(TimeSpan), depth - 1), type)
            : new ConvertExpression(Of(Pick(Numbers), depth - 1), type);
        ConstantExpression constant = new(values.Of(type), type);
        return random.Next(2) == 0
            ? new BinaryExpression(Pick(Comparisons), fraction, constant, typeof(bool))
            : new BinaryExpression(Pick(Comparisons), constant, fraction, typeof(bool));
    }

    // A constant text that the bound allows, or a part of one.
    private ConstantExpression Text()
    {
        string text = Texts[random.Next(Texts.Length)];
        text = text.Length > 20 || random.Next(2) == 0 ? text[..Math.Min(text.Length, RandomHit.MostStringBytes)] : text;
        return new ConstantExpression(random.Next(10) == 0 ? null : text, typeof(string));
    }

    private ArgumentExpression Address() => new(Types.Length + 2, null, typeof(nint));

    private ProbeExpression Leaf(Type type) => random.Next(4) switch
    {
        0 when type == typeof(string) => Text(),
        _ when type == typeof(string) => new MemoryExpression(new ArgumentExpression(Types.Length + random.Next(2), null, typeof(nint)), type),
        0 => new ConstantExpression(values.Of(type), type),
        1 when type == typeof(TimeSpan) => new ContextExpression(ContextValue.Duration, type),
        2 when type == typeof(int) => random.Next(2) == 0 ? new ReturnExpression(type) : new ContextExpression(ContextValue.ThreadId, type),
        2 when type == typeof(long) => random.Next(2) == 0 ? new ArgumentExpression(Array.IndexOf(Types, typeof(short)), null, type) : new ContextExpression(ContextValue.Timestamp, type),
        2 when type == typeof(byte) && kernel => new ArgumentExpression(Array.IndexOf(Types, typeof(long)), null, type),
        _ => new ArgumentExpression(Array.IndexOf(Types, type), null, type),
    };

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
}

/// <summary>An enum with a narrow number.</summary>
internal enum Small : byte
{
    None,
    One,
    Many = 200,
}
