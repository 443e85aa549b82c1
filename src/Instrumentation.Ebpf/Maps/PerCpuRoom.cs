using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Maps;

/// <summary>Room for the values of all processors, laid out as the kernel has them.</summary>
internal static class PerCpuRoom
{
    /// <summary>The part of a caller's room that one key's values take.</summary>
    /// <typeparam name="TValue">The value.</typeparam>
    /// <param name="room">The room.</param>
    /// <returns>Exactly as much as the kernel writes.</returns>
    /// <exception cref="ArgumentException">It is too small.</exception>
    public static Span<byte> Of<TValue>(Span<byte> room)
        where TValue : unmanaged => room.Length >= PerCpuValues<TValue>.ByteCount
        ? room[..PerCpuValues<TValue>.ByteCount]
        : throw new ArgumentException($"The values of {PossibleCpus.Count} processors need {PerCpuValues<TValue>.ByteCount} bytes, and the room has {room.Length}.", nameof(room));

    /// <summary>Lays values out as the kernel has them.</summary>
    /// <typeparam name="TValue">The value.</typeparam>
    /// <param name="values">A value for each possible processor.</param>
    /// <returns>The values, each rounded up to a multiple of 8 bytes.</returns>
    /// <exception cref="ArgumentException">Too few or too many.</exception>
    public static byte[] Spread<TValue>(ReadOnlySpan<TValue> values)
        where TValue : unmanaged
    {
        if (values.Length != PossibleCpus.Count)
        {
            throw new ArgumentException($"{values.Length} values are given for {PossibleCpus.Count} processors.", nameof(values));
        }

        byte[] memory = new byte[PerCpuValues<TValue>.ByteCount];
        for (int processor = 0; processor < values.Length; processor++)
        {
            MemoryMarshal.Write(memory.AsSpan(processor * PerCpuValues<TValue>.Stride), values[processor]);
        }

        return memory;
    }
}
