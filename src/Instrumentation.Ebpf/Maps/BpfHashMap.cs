using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Maps;

/// <summary>A hash table that programs and user space share. Keys compare byte by byte, so that padding in a key must be zero.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
internal sealed unsafe class BpfHashMap<TKey, TValue> : BpfMap
    where TKey : unmanaged
    where TValue : unmanaged
{
    /// <summary>Creates the table.</summary>
    /// <param name="capacity">The most elements.</param>
    /// <param name="leastRecentlyUsed">Whether a full table forgets what was long not used; otherwise it refuses new keys.</param>
    /// <param name="name">What the kernel lists it as.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public BpfHashMap(int capacity, bool leastRecentlyUsed = false, string name = "hash")
        : base(new MapDescription(leastRecentlyUsed ? MapType.LruHash : MapType.Hash, sizeof(TKey), sizeof(TValue), capacity) { Name = name })
    {
    }

    /// <summary>Creates a table from a description, for flags and BTF.</summary>
    /// <param name="description">The map: a hash table with the sizes of the type arguments.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public BpfHashMap(MapDescription description)
        : base(description)
    {
    }

    /// <summary>Reads an element.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public bool TryGet(TKey key, out TValue value)
    {
        TValue room = default;

        // SAFETY: the room is a TValue, and the map's values are as large.
        bool found = Read(&key, &room);
        value = room;
        return found;
    }

    /// <summary>Reads and deletes an element in one step. Needs kernel 5.14.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public bool TryTake(TKey key, out TValue value)
    {
        TValue room = default;

        // SAFETY: as for TryGet.
        bool found = Read(&key, &room, BpfCommand.MapLookupAndDeleteElement);
        value = room;
        return found;
    }

    /// <summary>Writes an element.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="mode">What happens when there is one, or none.</param>
    /// <returns>False when the mode forbids it.</returns>
    /// <exception cref="KernelCallException">The kernel refused, for example because the table is full.</exception>
    public bool Set(TKey key, TValue value, UpdateMode mode = UpdateMode.Any) => Write(&key, &value, mode);

    /// <summary>Deletes an element.</summary>
    /// <param name="key">The key.</param>
    /// <returns>False when there was none.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public bool Remove(TKey key) => Delete(&key);

    /// <summary>Reads all elements.</summary>
    /// <param name="delete">Whether what is read is deleted.</param>
    /// <returns>The elements, in no order.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public List<KeyValuePair<TKey, TValue>> ReadAll(bool delete = false)
    {
        (List<TKey> keys, List<byte> values) = MapReading.All<TKey>(this, sizeof(TValue), delete);
        ReadOnlySpan<TValue> typed = MemoryMarshal.Cast<byte, TValue>(CollectionsMarshal.AsSpan(values));
        List<KeyValuePair<TKey, TValue>> all = new(keys.Count);
        for (int at = 0; at < keys.Count; at++)
        {
            all.Add(new KeyValuePair<TKey, TValue>(keys[at], typed[at]));
        }

        return all;
    }
}
