using System.Collections;

namespace Instrumentation.Testing.Matching;

/// <summary>The elements of collections. What only enumerates is none: to ask it could run the program.</summary>
internal static class Collections
{
    /// <summary>The elements of a collection.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The elements; null when it is no collection.</returns>
    public static IReadOnlyList<object?>? ElementsOf(object value)
    {
        if (value is string)
        {
            return null;
        }

        if (value is ICollection or IEnumerable && IsCollection(value.GetType()))
        {
            return [.. ((IEnumerable)value).Cast<object?>()];
        }

        Type type = value.GetType();
        return type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Memory<>) || type.GetGenericTypeDefinition() == typeof(ReadOnlyMemory<>))
            ? [.. ((Array)type.GetMethod(nameof(Memory<int>.ToArray))!.Invoke(value, null)!).Cast<object?>()]
            : null;
    }

    /// <summary>Whether the order of a collection's elements says something.</summary>
    /// <param name="value">The collection.</param>
    /// <returns>False for sets and dictionaries.</returns>
    public static bool HaveOrder(object value) =>
        value is not IDictionary && !Array.Exists(value.GetType().GetInterfaces(), static contract => IsOneOf(contract, typeof(ISet<>), typeof(IReadOnlySet<>), typeof(IReadOnlyDictionary<,>)));

    private static bool IsCollection(Type type) => Array.Exists(type.GetInterfaces(), static contract => IsOneOf(contract, typeof(ICollection<>), typeof(IReadOnlyCollection<>)));

    private static bool IsOneOf(Type contract, params ReadOnlySpan<Type> definitions) => contract.IsGenericType && definitions.Contains(contract.GetGenericTypeDefinition());
}
