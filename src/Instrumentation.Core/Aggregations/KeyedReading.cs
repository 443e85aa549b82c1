using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Instrumentation.Events;

namespace Instrumentation.Aggregations;

/// <summary>Sums a keyed table's cells over all threads, while they may be written.</summary>
internal sealed class KeyedReading
{
    private readonly int _size;

    private KeyedReading(int size) => _size = size;

    /// <summary>Hits by key, widened to 64 bits.</summary>
    public Dictionary<long, long> Counts { get; } = [];

    /// <summary>Hits without room.</summary>
    public long Other { get; private set; }

    /// <summary>Reads a probe's table.</summary>
    /// <param name="runtime">The probe, not removed.</param>
    /// <returns>The sums.</returns>
    public static unsafe KeyedReading Read(ProbeRuntime runtime)
    {
        KeyedReading result = new(KeyedCells.Size(((CountByAggregation)runtime.Spec.Aggregation!).Capacity));
        ProbeBlocks.Visit(runtime, result, static (thread, block, reading) =>
        {
            // SAFETY: the cells follow the block and are as long as the capacity says. A pair whose count is seen has its key already.
            long* words = (long*)(block + 1);
            reading.Other += Volatile.Read(ref words[KeyedCells.Other]);
            for (int i = 0; i < reading._size; i++)
            {
                long* pair = words + KeyedCells.Pairs + (2 * i);
                long count = Volatile.Read(ref pair[1]);
                if (count != 0)
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(reading.Counts, pair[0], out _) += count;
                }
            }
        });
        return result;
    }

    /// <summary>Makes a key of its 64 bits.</summary>
    /// <typeparam name="TKey">An integer, bool, char, enum or <see cref="CodeAddress"/>: a type of 1, 2, 4 or 8 bytes.</typeparam>
    /// <param name="bits">The bits.</param>
    /// <returns>The key.</returns>
    public static TKey Decode<TKey>(long bits)
    {
        (byte one, short two, int four) = ((byte)bits, (short)bits, (int)bits);
        return Unsafe.SizeOf<TKey>() switch
        {
            _ when RuntimeHelpers.IsReferenceOrContainsReferences<TKey>() => throw Unsupported<TKey>(),
            sizeof(byte) => Unsafe.As<byte, TKey>(ref one),
            sizeof(short) => Unsafe.As<short, TKey>(ref two),
            sizeof(int) => Unsafe.As<int, TKey>(ref four),
            sizeof(long) => Unsafe.As<long, TKey>(ref bits),
            _ => throw Unsupported<TKey>(),
        };
    }

    private static SpecException Unsupported<TKey>() =>
        new($"The key type {typeof(TKey)}", "it does not fit 64 bits.", "Count by an integer, bool, char, enum or the caller.");
}
