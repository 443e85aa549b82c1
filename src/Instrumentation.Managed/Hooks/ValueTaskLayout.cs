using System.Runtime.CompilerServices;

namespace Instrumentation.Managed.Hooks;

/// <summary>
/// Where a value task keeps the task behind it. Hooks see value tasks of any result by address alone, so they rely on the object being the first
/// field; the runtime's automatic layout puts references first. Checked once; where it does not hold, value tasks end at the method's return.
/// </summary>
internal static class ValueTaskLayout
{
    /// <summary>Whether the object is the first field in all the value tasks that were tried.</summary>
    public static bool ObjectIsFirst { get; } = Check();

    private static bool Check()
    {
        Task<byte> bytes = new TaskCompletionSource<byte>().Task;
        Task<long> longs = new TaskCompletionSource<long>().Task;
        Task<decimal> decimals = new TaskCompletionSource<decimal>().Task;
        Task<string> strings = new TaskCompletionSource<string>().Task;
        ValueTask plain = new(bytes);
        ValueTask<byte> ofByte = new(bytes);
        ValueTask<long> ofLong = new(longs);
        ValueTask<decimal> ofDecimal = new(decimals);
        ValueTask<string> ofString = new(strings);
        return First(ref plain) == bytes
            && First(ref ofByte) == bytes
            && First(ref ofLong) == longs
            && First(ref ofDecimal) == decimals
            && First(ref ofString) == strings;
    }

    // SAFETY: each of these structs is at least a reference long, and a reference is only compared.
    private static object? First<T>(ref T value) => Unsafe.As<T, object?>(ref value);
}
