using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Maps;

/// <summary>A hash table with a value for each processor, which programs change without atomics.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
internal sealed unsafe class BpfPerCpuHashMap<TKey, TValue> : BpfMap
    where TKey : unmanaged
    where TValue : unmanaged
{
    /// <summary>Creates the table.</summary>
    /// <param name="capacity">The most keys.</param>
    /// <param name="leastRecentlyUsed">Whether a full table forgets what was long not used; otherwise it refuses new keys.</param>
    /// <param name="name">What the kernel lists it as.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public BpfPerCpuHashMap(int capacity, bool leastRecentlyUsed = false, string name = "cpuhash")
        : base(new MapDescription(leastRecentlyUsed ? MapType.LruPerCpuHash : MapType.PerCpuHash, sizeof(TKey), sizeof(TValue), capacity) { Name = name })
    {
    }

    /// <summary>Reads a key's values.</summary>
    /// <param name="key">The key.</param>
    /// <param name="room">Where to, at least <see cref="PerCpuValues{TValue}.ByteCount"/> bytes.</param>
    /// <param name="values">The values, in that room.</param>
    /// <returns>False when there is no such key.</returns>
    /// <exception cref="ArgumentException">The room is too small.</exception>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public bool TryGet(TKey key, Span<byte> room, out PerCpuValues<TValue> values)
    {
        Span<byte> exact = PerCpuRoom.Of<TValue>(room);
        values = new PerCpuValues<TValue>(exact);

        // SAFETY: the kernel writes ByteCount bytes, which the room has.
        fixed (byte* start = exact)
        {
            return Read(&key, start);
        }
    }

    /// <summary>Writes a key's values.</summary>
    /// <param name="key">The key.</param>
    /// <param name="values">A value for each possible processor.</param>
    /// <param name="mode">What happens when there is such a key, or none.</param>
    /// <returns>False when the mode forbids it.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public bool Set(TKey key, ReadOnlySpan<TValue> values, UpdateMode mode = UpdateMode.Any)
    {
        // SAFETY: the kernel reads ByteCount bytes, which the copy has.
        fixed (byte* start = PerCpuRoom.Spread(values))
        {
            return Write(&key, start, mode);
        }
    }

    /// <summary>Deletes a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>False when there was none.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public bool Remove(TKey key) => Delete(&key);

    /// <summary>Reads all keys.</summary>
    /// <param name="visitor">Takes each, in no order.</param>
    /// <param name="delete">Whether what is read is deleted.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public void ReadAll(PerCpuVisitor<TKey, TValue> visitor, bool delete = false)
    {
        (List<TKey> keys, List<byte> values) = MapReading.All<TKey>(this, PerCpuValues<TValue>.ByteCount, delete);
        ReadOnlySpan<byte> memory = CollectionsMarshal.AsSpan(values);
        for (int at = 0; at < keys.Count; at++)
        {
            visitor(keys[at], new PerCpuValues<TValue>(memory.Slice(at * PerCpuValues<TValue>.ByteCount, PerCpuValues<TValue>.ByteCount)));
        }
    }
}
