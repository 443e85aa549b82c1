using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Instrumentation.Expressions;

namespace Instrumentation.Events;

/// <summary>
/// Makes the functions that turn a record back into what the capture's lambda would have given: its constructor is called with the first
/// fields and its members are set from the others; a bare value is converted. A capture of a struct without a constructor starts from default.
/// </summary>
internal static class CaptureRebuilder
{
    /// <summary>Makes the function for one probe in the way that this process allows.</summary>
    /// <typeparam name="T">The type of the captured value.</typeparam>
    /// <param name="capture">The capture.</param>
    /// <returns>The function.</returns>
    public static Func<ProbeEvent, T> Create<T>(CaptureShape capture) =>
        RuntimeFeature.IsDynamicCodeCompiled ? Compile<T>(capture) : new ReflectedCapture(capture).Rebuild<T>;

    /// <summary>Whether the capture is one value and not an object made from several.</summary>
    /// <param name="capture">The capture.</param>
    /// <returns>True when it is.</returns>
    public static bool IsBareValue(CaptureShape capture) =>
        capture.Factory is not { } factory || (factory.Constructor is null && factory.Members.Count == 0 && capture.Fields.Count == 1);

    /// <summary>Makes the function as compiled code.</summary>
    /// <typeparam name="T">The type of the captured value.</typeparam>
    /// <param name="capture">The capture.</param>
    /// <returns>The function.</returns>
    public static Func<ProbeEvent, T> Compile<T>(CaptureShape capture)
    {
        ParameterExpression source = Expression.Parameter(typeof(ProbeEvent), "source");
        Expression body = IsBareValue(capture)
            ? Read(source, capture, 0, typeof(T))
            : Build(source, capture, capture.Factory!, typeof(T));
        return Expression.Lambda<Func<ProbeEvent, T>>(body, source).Compile();
    }

    private static BlockExpression Build(ParameterExpression source, CaptureShape capture, CaptureFactory factory, Type wanted)
    {
        ParameterExpression result = Expression.Variable(factory.Type, "result");
        List<Expression> steps = [];
        if (factory.Constructor is { } constructor)
        {
            ParameterInfo[] parameters = constructor.GetParameters();
            steps.Add(Expression.Assign(
                result,
                Expression.New(constructor, parameters.Select((parameter, index) => Read(source, capture, index, parameter.ParameterType)))));
        }

        for (int i = 0; i < factory.Members.Count; i++)
        {
            System.Linq.Expressions.MemberExpression member = Expression.MakeMemberAccess(result, factory.Members[i]);
            steps.Add(Expression.Assign(member, Read(source, capture, factory.ConstructorFields + i, member.Type)));
        }

        steps.Add(factory.Type == wanted ? result : Expression.Convert(result, wanted));
        return Expression.Block(wanted, [result], steps);
    }

    private static Expression Read(ParameterExpression source, CaptureShape capture, int index, Type wanted)
    {
        Type type = capture.Fields[index].Value.Type;
        Type plain = type.IsEnum ? Enum.GetUnderlyingType(type) : type;
        Expression value = Expression.Invoke(Reader(plain), source, Expression.Constant(index));
        value = value.Type == type ? value : Expression.Convert(value, type);
        return type == wanted ? value : Expression.Convert(value, wanted);
    }

    private static LambdaExpression Reader(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.String => (Expression<Func<ProbeEvent, int, string?>>)((e, i) => e.Text(i)),
        TypeCode.Boolean => (Expression<Func<ProbeEvent, int, bool>>)((e, i) => e.Bits(i) != 0),
        TypeCode.Single or TypeCode.Double => (Expression<Func<ProbeEvent, int, double>>)((e, i) => BitConverter.Int64BitsToDouble(e.Bits(i))),
        TypeCode.UInt64 => (Expression<Func<ProbeEvent, int, ulong>>)((e, i) => (ulong)e.Bits(i)),
        _ when type == typeof(nint) => (Expression<Func<ProbeEvent, int, nint>>)((e, i) => (nint)e.Bits(i)),
        _ when type == typeof(nuint) => (Expression<Func<ProbeEvent, int, nuint>>)((e, i) => (nuint)(ulong)e.Bits(i)),
        _ when type == typeof(TimeSpan) => (Expression<Func<ProbeEvent, int, TimeSpan>>)((e, i) => FieldDecoder.Duration(e.Bits(i))),
        _ when type == typeof(CodeAddress) => (Expression<Func<ProbeEvent, int, CodeAddress>>)((e, i) => new CodeAddress((ulong)e.Bits(i))),
        _ => (Expression<Func<ProbeEvent, int, long>>)((e, i) => e.Bits(i)),
    };
}
