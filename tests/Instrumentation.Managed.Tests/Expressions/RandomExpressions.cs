using System.Reflection;
using Instrumentation.Expressions;

namespace Instrumentation.Managed.Tests.Expressions;

/// <summary>Random well-typed expressions over a method with a parameter of each type, an instance and a result.</summary>
internal sealed class RandomExpressions(Random random, RandomValues values)
{
    /// <summary>The types of the parameters, in order; also the types that expressions are made of.</summary>
    public static readonly Type[] Types =
    [
        typeof(bool), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(char), typeof(int), typeof(uint), typeof(long), typeof(ulong),
        typeof(nint), typeof(nuint), typeof(float), typeof(double), typeof(string), typeof(Chain), typeof(object), typeof(TimeSpan), typeof(Colour),
        typeof(Outer), typeof(int?), typeof(CodeAddress), typeof(int[]), typeof(Last),
    ];

    private static readonly Type[] Numbers = [.. Types.Where(type => ExpressionTypes.NumberOf(type) != TypeCode.Empty)];
    private static readonly Type[] References = [typeof(object), typeof(string), typeof(Chain), typeof(Last), typeof(ILinked), typeof(int[])];
    private static readonly ILookup<Type, MemberExpression> Members = AllMembers().ToLookup(member => member.Type);
    private static readonly BinaryOperator[] Arithmetic = [.. Enum.GetValues<BinaryOperator>().Where(operation => operation <= BinaryOperator.Xor)];
    private static readonly BinaryOperator[] Comparisons = [.. Enum.GetValues<BinaryOperator>().Where(OperatorText.IsComparison)];

    /// <summary>An expression of any type.</summary>
    public ProbeExpression Any(int depth) => Of(Pick(Types), depth);

    /// <summary>An expression of a type.</summary>
    public ProbeExpression Of(Type type, int depth)
    {
        if (depth <= 0)
        {
            return Leaf(type);
        }

        return random.Next(10) switch
        {
            0 => Leaf(type),
            1 => new ConditionalExpression(Of(typeof(bool), depth - 1), Of(type, depth - 1), Of(type, depth - 1), type),
            2 or 3 when Member(type, depth) is { } member => member,
            _ => Operation(type, depth),
        };
    }

    private ProbeExpression Operation(Type type, int depth)
    {
        if (type == typeof(bool))
        {
            return Truth(depth);
        }

        if (ExpressionTypes.NumberOf(type) != TypeCode.Empty)
        {
            return Number(type, depth);
        }

        return type switch
        {
            _ when type == typeof(string) => random.Next(3) == 0 ? new TypeNameExpression(Of(Pick(References), depth - 1)) : Cast(type, depth),
            _ when type == typeof(TimeSpan) => random.Next(4) switch
            {
                0 => new UnaryExpression(UnaryOperator.Negate, Of(type, depth - 1), type),
                1 => Cast(type, depth),
                _ => new BinaryExpression(random.Next(2) == 0 ? BinaryOperator.Add : BinaryOperator.Subtract, Of(type, depth - 1), Of(type, depth - 1), type),
            },
            _ when type == typeof(int?) => Leaf(type),
            _ => Cast(type, depth),
        };
    }

    private ProbeExpression Number(Type type, int depth)
    {
        bool floating = ExpressionTypes.IsFloating(ExpressionTypes.NumberOf(type));
        switch (random.Next(8))
        {
            case 0 or 1:
                return new ConvertExpression(Of(Pick(Numbers), depth - 1), type);
            case 2:
                return new UnaryExpression(floating || random.Next(2) == 0 ? UnaryOperator.Negate : UnaryOperator.Complement, Of(type, depth - 1), type);
            case 3 when !floating:
                return new BinaryExpression(random.Next(2) == 0 ? BinaryOperator.ShiftLeft : BinaryOperator.ShiftRight, Of(type, depth - 1), Of(typeof(int), depth - 1), type);
            case 3 when type == typeof(double):
                return new UnaryExpression(Pick([UnaryOperator.TotalMilliseconds, UnaryOperator.TotalMicroseconds, UnaryOperator.TotalSeconds]), Of(typeof(TimeSpan), depth - 1), type);
            case 4 when type == typeof(int):
                return random.Next(2) == 0
                    ? new UnaryExpression(UnaryOperator.StringLength, Of(typeof(string), depth - 1), type)
                    : new UnaryExpression(UnaryOperator.ArrayLength, Of(typeof(int[]), depth - 1), type);
            case 4 when type == typeof(long):
                return new UnaryExpression(UnaryOperator.Ticks, Of(typeof(TimeSpan), depth - 1), type);
            case 4 when type == typeof(ulong):
                return new ConvertExpression(Of(typeof(CodeAddress), depth - 1), type);
            case 5:
                return Cast(type, depth);
            default:
                BinaryOperator operation = Arithmetic[random.Next(floating ? (int)BinaryOperator.Remainder + 1 : Arithmetic.Length)];
                return new BinaryExpression(operation, Of(type, depth - 1), Of(type, depth - 1), type);
        }
    }

    private ProbeExpression Truth(int depth)
    {
        switch (random.Next(9))
        {
            case 0:
                return new UnaryExpression(UnaryOperator.Not, Of(typeof(bool), depth - 1), typeof(bool));
            case 1:
                BinaryOperator logic = Pick([BinaryOperator.AndAlso, BinaryOperator.OrElse, BinaryOperator.And, BinaryOperator.Or, BinaryOperator.Xor]);
                return new BinaryExpression(logic, Of(typeof(bool), depth - 1), Of(typeof(bool), depth - 1), typeof(bool));
            case 2:
                return new StringTestExpression(Pick(Enum.GetValues<StringTest>()), Of(typeof(string), depth - 1), Of(typeof(string), depth - 1));
            case 3:
                return new TypeTestExpression(Of(Pick(References), depth - 1), Pick([.. References, typeof(int), typeof(Outer), typeof(Colour), typeof(byte)]));
            case 4:
                return new BinaryExpression(Pick([BinaryOperator.Equal, BinaryOperator.NotEqual]), Of(typeof(string), depth - 1), Of(typeof(string), depth - 1), typeof(bool));
            case 5:
                return new BinaryExpression(Pick([BinaryOperator.Equal, BinaryOperator.NotEqual]), Of(Pick(References), depth - 1), Of(Pick(References), depth - 1), typeof(bool));
            case 6:
                Type same = Pick([typeof(TimeSpan), typeof(bool), typeof(CodeAddress)]);
                return new BinaryExpression(Pick(same == typeof(TimeSpan) ? Comparisons : [BinaryOperator.Equal, BinaryOperator.NotEqual]), Of(same, depth - 1), Of(same, depth - 1), typeof(bool));
            default:
                Type number = Pick(Numbers);
                return new BinaryExpression(Pick(Comparisons), Of(number, depth - 1), Of(number, depth - 1), typeof(bool));
        }
    }

    private ConvertExpression Cast(Type type, int depth)
    {
        Type from = type.IsValueType ? typeof(object) : Pick(References);
        return new ConvertExpression(Of(from, depth - 1), type);
    }

    private ProbeExpression? Member(Type type, int depth)
    {
        MemberExpression[] candidates = [.. Members[type]];
        if (candidates.Length == 0)
        {
            return null;
        }

        MemberExpression member = Pick(candidates);
        return random.Next(6) == 0 && member.Declaring == typeof(Chain) && Nullable.GetUnderlyingType(type) is null
            ? new PathExpression(Of(Pick([typeof(Chain), typeof(Last)]), depth - 1), random.Next(2) == 0 ? $"Next.{member.Name}" : $"({typeof(Chain).FullName}).{member.Name}", type)
            : member with { Target = Of(member.Declaring, depth - 1) };
    }

    private ProbeExpression Leaf(Type type)
    {
        int index = Array.IndexOf(Types, type);
        bool constant = type == typeof(string) || ExpressionTypes.IsPrimitive(type);
        return random.Next(4) switch
        {
            0 or 1 when constant => new ConstantExpression(values.Of(type), type),
            0 when !type.IsValueType => new ConstantExpression(null, type),
            1 when type == typeof(TimeSpan) => new ContextExpression(ContextValue.Duration, type),
            2 when type == typeof(Chain) => new ThisExpression(type),
            2 when type == typeof(int) => random.Next(2) == 0 ? new ReturnExpression(type) : new ContextExpression(ContextValue.ThreadId, type),
            2 when type == typeof(string) => new MemberExpression(new ContextExpression(ContextValue.Exception, typeof(Exception)), "Message", typeof(Exception), IsProperty: true, type),
            2 when type == typeof(string) => new ContextExpression(ContextValue.ThrownBy, type),
            2 when type == typeof(long) => new ArgumentExpression(Array.IndexOf(Types, typeof(short)), null, type),
            _ when index >= 0 => new ArgumentExpression(index, null, type),
            _ => new ConvertExpression(new ArgumentExpression(Array.IndexOf(Types, typeof(object)), null, typeof(object)), type),
        };
    }

    private static IEnumerable<MemberExpression> AllMembers()
    {
        foreach (Type owner in new[] { typeof(Chain), typeof(Last), typeof(Outer), typeof(Inner), typeof(ILinked), typeof(int?) })
        {
            foreach (MemberInfo member in owner.GetMembers(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly))
            {
                Type? type = (member as FieldInfo)?.FieldType ?? (member as PropertyInfo)?.PropertyType;
                if (type is not null)
                {
                    yield return new MemberExpression(new ThisExpression(owner), member.Name, owner, member is PropertyInfo, type);
                }
            }
        }
    }

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
