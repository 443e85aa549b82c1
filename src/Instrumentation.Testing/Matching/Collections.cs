using System.Collections;
using System.Reflection;

namespace Instrumentation.Testing.Matching;

/// <summary>The elements of collections. What only enumerates is none: to ask it could run the program.</summary>
internal static class Collections
{
    /// <summary>The elements of a collection.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The elements; null when it is no collection.</returns>
    public static object?[]? ElementsOf(object value)
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

    /// <summary>The keys and values of a dictionary.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The pairs; null when it is no dictionary.</returns>
    public static IReadOnlyList<(object? Key, object? Value)>? PairsOf(object value)
    {
        if (value is IDictionary dictionary)
        {
            List<(object? Key, object? Value)> pairs = [];
            for (IDictionaryEnumerator entries = dictionary.GetEnumerator(); entries.MoveNext();)
            {
                pairs.Add((entries.Key, entries.Value));
            }

            return pairs;
        }

        Type? contract = Array.Find(value.GetType().GetInterfaces(), static contract => IsOneOf(contract, typeof(IReadOnlyDictionary<,>), typeof(IDictionary<,>)));
        if (contract is null)
        {
            return null;
        }

        Type pair = typeof(KeyValuePair<,>).MakeGenericType(contract.GetGenericArguments());
        PropertyInfo key = pair.GetProperty(nameof(KeyValuePair<int, int>.Key))!;
        PropertyInfo held = pair.GetProperty(nameof(KeyValuePair<int, int>.Value))!;
        return [.. ((IEnumerable)value).Cast<object>().Select(entry => (key.GetValue(entry), held.GetValue(entry)))];
    }

    /// <summary>Whether the order of a collection's elements says something.</summary>
    /// <param name="value">The collection.</param>
    /// <returns>False for sets.</returns>
    public static bool HaveOrder(object value) => !Array.Exists(value.GetType().GetInterfaces(), static contract => IsOneOf(contract, typeof(ISet<>), typeof(IReadOnlySet<>)));

    private static bool IsCollection(Type type) => Array.Exists(type.GetInterfaces(), static contract => IsOneOf(contract, typeof(ICollection<>), typeof(IReadOnlyCollection<>)));

    private static bool IsOneOf(Type contract, params ReadOnlySpan<Type> definitions) => contract.IsGenericType && definitions.Contains(contract.GetGenericTypeDefinition());
}
