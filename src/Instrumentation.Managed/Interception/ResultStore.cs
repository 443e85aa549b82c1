using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Instrumentation.Managed.Interception;

/// <summary>Writes objects into places of a type that is known only at the call.</summary>
internal static class ResultStore
{
    private static readonly ConcurrentDictionary<Type, Writer> Writers = new();

    /// <summary>Writes an object.</summary>
    /// <param name="address">Where.</param>
    /// <param name="value">The object, of the writer's type.</param>
    public delegate void Writer(ref byte address, object? value);

    /// <summary>What writes values of a type.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The writer.</returns>
    public static Writer Of(Type type) => Writers.GetOrAdd(type, static type =>
        typeof(ResultStore).GetMethod(nameof(Write), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).CreateDelegate<Writer>());

    // SAFETY: the caller passes the address of a T.
    private static void Write<T>(ref byte address, object? value) => Unsafe.As<byte, T>(ref address) = value is null ? default! : (T)value;
}
