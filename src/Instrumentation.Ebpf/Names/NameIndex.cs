using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Names;

/// <summary>
/// A hash index from name to numbers, eight bytes a name. It keeps no names: who asks compares the candidates with the source that the index
/// was made of.
/// </summary>
internal sealed class NameIndex
{
    private readonly int[] _buckets;
    private readonly int[] _next;
    private readonly int _shift;

    private NameIndex(int[] buckets, int[] next, int shift)
    {
        _buckets = buckets;
        _next = next;
        _shift = shift;
    }

    /// <summary>Makes the index.</summary>
    /// <typeparam name="TNames">The kind of source, a struct so that its calls are direct.</typeparam>
    /// <param name="names">The names.</param>
    /// <returns>The index.</returns>
    public static NameIndex Build<TNames>(TNames names)
        where TNames : struct, INameSource
    {
        int count = names.Count;
        int bits = Math.Clamp(BitOperations.Log2((uint)count) + 1, 4, 24);
        int[] buckets = new int[1 << bits];
        int[] next = new int[count];
        int shift = 64 - bits;
        for (int number = count - 1; number >= 0; number--)
        {
            // From the last to the first, each before the others of its bucket: a search meets the numbers in rising order.
            ReadOnlySpan<byte> name = names.NameOf(number);
            if (!name.IsEmpty)
            {
                ref int bucket = ref buckets[(int)(Hash(name) >> shift)];
                next[number] = bucket;
                bucket = number + 1;
            }
        }

        return new NameIndex(buckets, next, shift);
    }

    /// <summary>The first number whose name may be the one asked for.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The number, or -1.</returns>
    public int First(ReadOnlySpan<byte> name) => _buckets[(int)(Hash(name) >> _shift)] - 1;

    /// <summary>The next number after one that was given, in rising order.</summary>
    /// <param name="number">The number that was given last.</param>
    /// <returns>The number, or -1.</returns>
    public int Next(int number) => _next[number] - 1;

    private static ulong Hash(ReadOnlySpan<byte> name)
    {
        const ulong Multiplier = 0x9E3779B97F4A7C15;
        ulong hash = (ulong)name.Length * Multiplier;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(name))
        {
            hash = BitOperations.RotateLeft(hash ^ word, 29) * Multiplier;
        }

        Span<byte> rest = stackalloc byte[sizeof(ulong)];
        rest.Clear();
        name[(name.Length & ~7)..].CopyTo(rest);
        hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(rest)) * Multiplier;
        return (hash ^ (hash >> 32)) * Multiplier;
    }
}
