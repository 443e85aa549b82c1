using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Maps;

/// <summary>An array that programs and user space share; elements begin as zero and cannot be deleted.</summary>
/// <typeparam name="TValue">The value.</typeparam>
internal sealed unsafe class BpfArray<TValue> : BpfMap
    where TValue : unmanaged
{
    /// <summary>Creates the array.</summary>
    /// <param name="length">Its elements.</param>
    /// <param name="name">What the kernel lists it as.</param>
    /// <param name="flags">Flags.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public BpfArray(int length, string name = "array", MapFlags flags = MapFlags.None)
        : base(new MapDescription(MapType.Array, sizeof(int), sizeof(TValue), length) { Name = name, Flags = flags })
    {
    }

    /// <summary>An element. Each access is a system call.</summary>
    /// <param name="index">Its index.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public TValue this[int index]
    {
        get
        {
            Check(index);
            TValue room = default;

            // SAFETY: the room is a TValue, and the map's values are as large.
            return Read(&index, &room) ? room : throw new ArgumentOutOfRangeException(nameof(index));
        }

        set
        {
            Check(index);
            Write(&index, &value, UpdateMode.Any);
        }
    }

    /// <summary>Reads all elements.</summary>
    /// <returns>The elements.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public TValue[] ReadAll()
    {
        (List<int> keys, List<byte> values) = MapReading.All<int>(this, sizeof(TValue));
        ReadOnlySpan<TValue> typed = MemoryMarshal.Cast<byte, TValue>(CollectionsMarshal.AsSpan(values));
        TValue[] all = new TValue[Capacity];
        for (int at = 0; at < keys.Count; at++)
        {
            all[keys[at]] = typed[at];
        }

        return all;
    }

    private void Check(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Capacity);
    }
}
