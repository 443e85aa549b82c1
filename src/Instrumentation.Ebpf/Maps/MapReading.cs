using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Errors;
using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Maps;

/// <summary>
/// Reads all elements of a map: in batches, a system call for thousands of elements, or one by one where the kernel has no batches for the map.
/// Programs may write meanwhile: an element that is there all the time is read once; one that comes or goes is read or not.
/// </summary>
internal static unsafe class MapReading
{
    private const int FirstBatch = 256;
    private const int LargestBatch = 1 << 20;

    /// <summary>Reads all elements.</summary>
    /// <typeparam name="TKey">The key.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="valueBytes">A value's bytes as the kernel writes it to user space.</param>
    /// <param name="delete">Whether what is read is deleted.</param>
    /// <returns>The keys, and the values one after the other.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public static (List<TKey> Keys, List<byte> Values) All<TKey>(BpfMap map, int valueBytes, bool delete = false)
        where TKey : unmanaged => InBatches<TKey>(map, valueBytes, delete) ?? OneByOne<TKey>(map, valueBytes, delete);

    /// <summary>Reads all elements in batches.</summary>
    /// <typeparam name="TKey">The key.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="valueBytes">A value's bytes as the kernel writes it to user space.</param>
    /// <param name="delete">Whether what is read is deleted.</param>
    /// <returns>The keys, and the values one after the other; null when the kernel has no batches for this map.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public static (List<TKey> Keys, List<byte> Values)? InBatches<TKey>(BpfMap map, int valueBytes, bool delete)
        where TKey : unmanaged
    {
        BpfCommand command = delete ? BpfCommand.MapLookupAndDeleteBatch : BpfCommand.MapLookupBatch;
        List<TKey> keys = [];
        List<byte> values = [];
        int room = Math.Clamp(map.Capacity, 1, FirstBatch);

        // Where a batch ends is 4 bytes for hash tables and a key for others.
        byte* ends = stackalloc byte[2 * Math.Max(sizeof(TKey), sizeof(ulong))];
        ulong* token = (ulong*)ends;
        bool first = true;
        using HandleLease lease = new(map.Handle);
        while (true)
        {
            TKey[] someKeys = GC.AllocateUninitializedArray<TKey>(room);
            byte[] someValues = GC.AllocateUninitializedArray<byte>(room * valueBytes);
            MapBatchAttributes attributes = new() { Map = lease.Descriptor, Count = (uint)room, InBatch = first ? 0 : (ulong)token, OutBatch = (ulong)token };
            int answer;

            // SAFETY: both arrays hold as many elements as the attributes say, and the token is as large as the kernel makes it.
            fixed (TKey* keysStart = someKeys)
            fixed (byte* valuesStart = someValues)
            {
                attributes.Keys = (ulong)keysStart;
                attributes.Values = (ulong)valuesStart;
                answer = Bpf.Call(command, ref attributes);
            }

            if (answer == -KernelErrors.NoSpace && room < LargestBatch)
            {
                // One bucket of the table holds more than there is room for: nothing was read of it.
                room *= 4;
                continue;
            }

            if (answer < 0 && answer != -KernelErrors.NoEntry)
            {
                return first && KernelErrors.MeansUnsupported(-answer)
                    ? null
                    : throw KernelErrors.OfBpf(command, $"The map '{map.Name}' cannot be read", -answer);
            }

            keys.AddRange(someKeys.AsSpan(0, (int)attributes.Count));
            values.AddRange(someValues.AsSpan(0, (int)attributes.Count * valueBytes));
            if (answer < 0)
            {
                return (keys, values);
            }

            first = false;
            room = Math.Min(room * 4, Math.Max(room, 16_384));
        }
    }

    /// <summary>Reads all elements by their keys, one system call for each and one for its value.</summary>
    /// <typeparam name="TKey">The key.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="valueBytes">A value's bytes as the kernel writes it to user space.</param>
    /// <param name="delete">Whether what is read is deleted.</param>
    /// <returns>The keys, and the values one after the other.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public static (List<TKey> Keys, List<byte> Values) OneByOne<TKey>(BpfMap map, int valueBytes, bool delete)
        where TKey : unmanaged
    {
        List<TKey> keys = [];
        List<byte> values = [];
        HashSet<TKey> seen = new(ByteComparer<TKey>.Instance);
        byte[] value = new byte[valueBytes];
        TKey key = default;
        TKey next = default;
        bool more = Step(map, null, &next);
        while (more)
        {
            key = next;
            more = Step(map, &key, &next);

            // When a key vanishes before its next one is asked for, the kernel begins anew: what was read is passed over.
            if (seen.Add(key) && Value(map, key, value, delete))
            {
                keys.Add(key);
                values.AddRange(value);
            }
            else if (seen.Count > (long)map.Capacity * 4)
            {
                break;
            }
        }

        return (keys, values);
    }

    private static bool Step<TKey>(BpfMap map, TKey* key, TKey* next)
        where TKey : unmanaged
    {
        using HandleLease lease = new(map.Handle);
        MapElementAttributes attributes = new() { Map = lease.Descriptor, Key = (ulong)key, Value = (ulong)next };

        // SAFETY: both are keys of the caller's frame.
        int answer = Bpf.Call(BpfCommand.MapGetNextKey, ref attributes);
        return answer >= 0 || (answer == -KernelErrors.NoEntry ? false : throw KernelErrors.OfBpf(BpfCommand.MapGetNextKey, $"The map '{map.Name}' cannot be read", -answer));
    }

    private static bool Value<TKey>(BpfMap map, TKey key, byte[] value, bool delete)
        where TKey : unmanaged
    {
        using HandleLease lease = new(map.Handle);

        // SAFETY: the room is as large as the map's value.
        fixed (byte* room = value)
        {
            MapElementAttributes attributes = new() { Map = lease.Descriptor, Key = (ulong)&key, Value = (ulong)room };
            int answer = Bpf.Call(BpfCommand.MapLookupElement, ref attributes);
            if (answer >= 0 && delete)
            {
                attributes.Value = 0;
                _ = Bpf.Call(BpfCommand.MapDeleteElement, ref attributes);
            }

            return answer >= 0 || (answer == -KernelErrors.NoEntry ? false : throw KernelErrors.OfBpf(BpfCommand.MapLookupElement, $"The map '{map.Name}' cannot be read", -answer));
        }
    }

    /// <summary>Compares keys as the kernel does: byte by byte.</summary>
    /// <typeparam name="TKey">The key.</typeparam>
    private sealed class ByteComparer<TKey> : IEqualityComparer<TKey>
        where TKey : unmanaged
    {
        public static readonly ByteComparer<TKey> Instance = new();

        public bool Equals(TKey x, TKey y) => Bytes(ref x).SequenceEqual(Bytes(ref y));

        public int GetHashCode(TKey obj)
        {
            HashCode hash = default;
            hash.AddBytes(Bytes(ref obj));
            return hash.ToHashCode();
        }

        private static ReadOnlySpan<byte> Bytes(ref TKey key) => MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref key, 1));
    }
}
