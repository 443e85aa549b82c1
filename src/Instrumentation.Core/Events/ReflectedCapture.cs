using System.Globalization;
using System.Reflection;
using Instrumentation.Expressions;

namespace Instrumentation.Events;

/// <summary>Rebuilds captured values by reflection: what <see cref="CaptureRebuilder"/> uses where code cannot be compiled at run time.</summary>
/// <param name="capture">The capture.</param>
internal sealed class ReflectedCapture(CaptureShape capture)
{
    private readonly ParameterInfo[] _parameters = capture.Factory?.Constructor?.GetParameters() ?? [];

    /// <summary>Rebuilds the value of one event. What the constructor or a setter throws is thrown as it is.</summary>
    /// <typeparam name="T">The type of the captured value.</typeparam>
    /// <param name="source">The event.</param>
    /// <returns>The value.</returns>
    public T Rebuild<T>(ProbeEvent source)
    {
        if (CaptureRebuilder.IsBareValue(capture))
        {
            return (T)Convert(source.Value(0), typeof(T))!;
        }

        CaptureFactory factory = capture.Factory!;
        object? result = factory.Constructor is { } constructor
            ? constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, Arguments(source), CultureInfo.InvariantCulture)
            : default(T);
        for (int i = 0; i < factory.Members.Count; i++)
        {
            Set(factory.Members[i], result!, source.Value(factory.ConstructorFields + i));
        }

        return (T)result!;
    }

    private static void Set(MemberInfo member, object target, object? value)
    {
        if (member is FieldInfo field)
        {
            field.SetValue(target, Convert(value, field.FieldType));
        }
        else
        {
            PropertyInfo property = (PropertyInfo)member;
            property.SetValue(target, Convert(value, property.PropertyType), BindingFlags.DoNotWrapExceptions, null, null, CultureInfo.InvariantCulture);
        }
    }

    private static object? Convert(object? value, Type wanted)
    {
        wanted = Nullable.GetUnderlyingType(wanted) ?? wanted;
        return value is null || wanted.IsInstanceOfType(value) ? value
            : wanted.IsEnum ? Enum.ToObject(wanted, value)
            : wanted == typeof(nint) ? (nint)System.Convert.ToInt64(value, CultureInfo.InvariantCulture)
            : wanted == typeof(nuint) ? (nuint)System.Convert.ToUInt64(value, CultureInfo.InvariantCulture)
            : System.Convert.ChangeType(value, wanted, CultureInfo.InvariantCulture);
    }

    private object?[] Arguments(ProbeEvent source)
    {
        object?[] arguments = new object?[_parameters.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Convert(source.Value(i), _parameters[i].ParameterType);
        }

        return arguments;
    }
}
