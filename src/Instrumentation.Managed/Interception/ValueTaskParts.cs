using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Instrumentation.Managed.Interception;

/// <summary>What is behind boxed value tasks, without taking their results from sources that only their awaiters may ask.</summary>
internal static class ValueTaskParts
{
    private static readonly ConcurrentDictionary<Type, Func<object, object?>> Readers = new();

    /// <summary>The task behind a value task.</summary>
    /// <param name="value">The boxed value task.</param>
    /// <returns>The task; a completed one with the result when there is none behind it; a source otherwise.</returns>
    public static object? ObjectOf(object value)
    {
        if (value is ValueTask plain)
        {
            return Field(ref plain) ?? Task.CompletedTask;
        }

        Type type = value.GetType();
        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>) ? Readers.GetOrAdd(type, static type => ReaderOf(type))(value) : null;
    }

    private static Func<object, object?> ReaderOf(Type type) =>
        typeof(ValueTaskParts).GetMethod(nameof(Read), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type.GetGenericArguments()).CreateDelegate<Func<object, object?>>();

    // SAFETY: the first field of a value task is the object behind it (ValueTaskLayout has checked that).
    private static object? Read<T>(object value)
    {
        ValueTask<T> task = (ValueTask<T>)value;
        return Field(ref task) ?? Task.FromResult(task.Result);
    }

    private static object? Field<T>(ref T task) => Unsafe.As<T, object?>(ref task);
}
