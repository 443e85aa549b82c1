using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Instrumentation;

/// <summary>A map of a loaded BPF object, its elements as values of C# types whose sizes are those of the map.</summary>
/// <typeparam name="TKey">The key: laid out as in C, without padding or with padding that is zero.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
public sealed class BpfObjectMap<TKey, TValue>
    where TKey : unmanaged
    where TValue : unmanaged
{
    /// <summary>Creates the view.</summary>
    /// <param name="map">The map.</param>
    internal BpfObjectMap(BpfObjectMap map) => Untyped = map;

    /// <summary>The map, its elements as bytes.</summary>
    public BpfObjectMap Untyped { get; }

    /// <summary>Reads an element of a map with one value for all processors.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="InvalidOperationException">Each processor has a value: use <see cref="GetPerProcessor"/>.</exception>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public bool TryGet(TKey key, out TValue value)
    {
        value = default;
        return Untyped.IsPerProcessor
            ? throw new InvalidOperationException($"The map '{Untyped.Name}' has a value for each processor: use {nameof(GetPerProcessor)}.")
            : Untyped.Raw.TryGet(BytesOf(in key), MemoryMarshal.AsBytes(new Span<TValue>(ref value)));
    }

    /// <summary>Reads the values of an element, one for each processor that there can be.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The values, by the processor's number; of a map with one value for all, that one; empty when there is no such key.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public TValue[] GetPerProcessor(TKey key)
    {
        byte[]? bytes = Untyped.Get(BytesOf(in key));
        int step = Untyped.IsPerProcessor ? (Unsafe.SizeOf<TValue>() + 7) & ~7 : Unsafe.SizeOf<TValue>();
        var values = new TValue[bytes is null ? 0 : bytes.Length / step];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = MemoryMarshal.Read<TValue>(bytes.AsSpan(i * step));
        }

        return values;
    }

    /// <summary>Writes an element; where each processor has a value, the same for all.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="KernelCallException">The kernel refused, for example because the map is full or read-only.</exception>
    public void Set(TKey key, TValue value)
    {
        ReadOnlySpan<byte> one = MemoryMarshal.AsBytes(new ReadOnlySpan<TValue>(in value));
        if (!Untyped.IsPerProcessor)
        {
            Untyped.Set(BytesOf(in key), one);
            return;
        }

        byte[] all = new byte[Untyped.Raw.ValueBytes];
        for (int at = 0; at < all.Length; at += (one.Length + 7) & ~7)
        {
            one.CopyTo(all.AsSpan(at));
        }

        Untyped.Set(BytesOf(in key), all);
    }

    /// <summary>Deletes an element.</summary>
    /// <param name="key">The key.</param>
    /// <returns>False when there was none.</returns>
    /// <exception cref="KernelCallException">The kernel refused: the elements of arrays cannot be deleted.</exception>
    public bool Remove(TKey key) => Untyped.Remove(BytesOf(in key));

    /// <summary>Reads all elements of a map with one value for all processors, in batches where the kernel can. Programs may write meanwhile.</summary>
    /// <returns>The elements, in no order.</returns>
    /// <exception cref="InvalidOperationException">Each processor has a value.</exception>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public IReadOnlyList<KeyValuePair<TKey, TValue>> ReadAll()
    {
        if (Untyped.IsPerProcessor)
        {
            throw new InvalidOperationException($"The map '{Untyped.Name}' has a value for each processor: ask for its keys, and then for {nameof(GetPerProcessor)}.");
        }

        (List<TKey> keys, List<byte> values) = Ebpf.Maps.MapReading.All<TKey>(Untyped.Raw, Unsafe.SizeOf<TValue>());
        ReadOnlySpan<TValue> typed = MemoryMarshal.Cast<byte, TValue>(CollectionsMarshal.AsSpan(values));
        var all = new KeyValuePair<TKey, TValue>[keys.Count];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = new KeyValuePair<TKey, TValue>(keys[i], typed[i]);
        }

        return all;
    }

    private static ReadOnlySpan<byte> BytesOf(ref readonly TKey key) => MemoryMarshal.AsBytes(new ReadOnlySpan<TKey>(in key));
}
