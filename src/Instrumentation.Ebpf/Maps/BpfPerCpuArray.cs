using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Maps;

/// <summary>An array with a value for each processor, which programs change without atomics.</summary>
/// <typeparam name="TValue">The value.</typeparam>
internal sealed unsafe class BpfPerCpuArray<TValue> : BpfMap
    where TValue : unmanaged
{
    /// <summary>Creates the array.</summary>
    /// <param name="length">Its elements.</param>
    /// <param name="name">What the kernel lists it as.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public BpfPerCpuArray(int length, string name = "cpuarray")
        : base(new MapDescription(MapType.PerCpuArray, sizeof(int), sizeof(TValue), length) { Name = name })
    {
    }

    /// <summary>Reads an element's values.</summary>
    /// <param name="index">The element.</param>
    /// <param name="room">Where to, at least <see cref="PerCpuValues{TValue}.ByteCount"/> bytes.</param>
    /// <returns>The values, in that room.</returns>
    /// <exception cref="ArgumentException">The room is too small, or there is no such element.</exception>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public PerCpuValues<TValue> Get(int index, Span<byte> room)
    {
        Span<byte> exact = PerCpuRoom.Of<TValue>(room);

        // SAFETY: the kernel writes ByteCount bytes, which the room has.
        fixed (byte* start = exact)
        {
            return Read(&index, start) ? new PerCpuValues<TValue>(exact) : throw new ArgumentOutOfRangeException(nameof(index), index, $"The array has {Capacity} elements.");
        }
    }

    /// <summary>Writes an element's values.</summary>
    /// <param name="index">The element.</param>
    /// <param name="values">A value for each possible processor.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public void Set(int index, ReadOnlySpan<TValue> values)
    {
        // SAFETY: the kernel reads ByteCount bytes, which the copy has.
        fixed (byte* start = PerCpuRoom.Spread(values))
        {
            Write(&index, start, UpdateMode.Any);
        }
    }

    /// <summary>Reads all elements.</summary>
    /// <param name="visitor">Takes each, by its index.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public void ReadAll(PerCpuVisitor<int, TValue> visitor)
    {
        (List<int> keys, List<byte> values) = MapReading.All<int>(this, PerCpuValues<TValue>.ByteCount);
        ReadOnlySpan<byte> memory = CollectionsMarshal.AsSpan(values);
        for (int at = 0; at < keys.Count; at++)
        {
            visitor(keys[at], new PerCpuValues<TValue>(memory.Slice(at * PerCpuValues<TValue>.ByteCount, PerCpuValues<TValue>.ByteCount)));
        }
    }
}
