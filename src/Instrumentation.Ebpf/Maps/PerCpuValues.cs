using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Maps;

/// <summary>The values of one key, one for each possible processor, in the memory that they were read to.</summary>
/// <typeparam name="TValue">The value.</typeparam>
internal readonly ref struct PerCpuValues<TValue>
    where TValue : unmanaged
{
    private readonly ReadOnlySpan<byte> _memory;

    /// <summary>Takes values as the kernel writes them.</summary>
    /// <param name="memory">The values, each rounded up to a multiple of 8 bytes.</param>
    public PerCpuValues(ReadOnlySpan<byte> memory) => _memory = memory;

    /// <summary>The bytes from one processor's value to the next.</summary>
    public static int Stride => (Unsafe.SizeOf<TValue>() + 7) & ~7;

    /// <summary>The bytes of all processors' values.</summary>
    public static int ByteCount => Stride * PossibleCpus.Count;

    /// <summary>How many processors there are.</summary>
    public int Count => _memory.Length / Stride;

    /// <summary>A processor's value.</summary>
    /// <param name="processor">Its number, below <see cref="Count"/>.</param>
    public TValue this[int processor] => MemoryMarshal.Read<TValue>(_memory[(processor * Stride)..]);

    /// <summary>Copies the values.</summary>
    /// <returns>A value a processor.</returns>
    public TValue[] ToArray()
    {
        TValue[] values = new TValue[Count];
        for (int processor = 0; processor < values.Length; processor++)
        {
            values[processor] = this[processor];
        }

        return values;
    }
}
