using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Instrumentation.Events;

namespace Instrumentation.Aggregations;

/// <summary>Merges a keyed table's cells over all threads, while they may be written.</summary>
/// <param name="aggregation">The aggregation.</param>
internal sealed class KeyedReading(KeyedAggregation aggregation)
{
    private readonly int _words = AggregateCells.Words(aggregation.Inner);
    private readonly int _size = KeyedCells.Size(aggregation.Capacity);

    /// <summary>Aggregates by key, widened to 64 bits.</summary>
    public Dictionary<long, AggregateReading> Rows { get; } = [];

    /// <summary>The hits without room.</summary>
    public AggregateReading Other { get; } = new(aggregation.Inner);

    /// <summary>An aggregate without hits.</summary>
    /// <returns>A new one.</returns>
    public AggregateReading Empty() => new(aggregation.Inner);

    /// <summary>Reads a probe's table.</summary>
    /// <param name="runtime">The probe, not removed, whose aggregation has a key.</param>
    /// <returns>The merged aggregates.</returns>
    public static unsafe KeyedReading Read(ProbeRuntime runtime)
    {
        KeyedReading result = new((KeyedAggregation)runtime.Spec.Aggregation!);
        ProbeBlocks.Visit(runtime, result, static (_, block, reading) =>
        {
            // SAFETY: the cells follow the block and are as long as the aggregation says.
            reading.Add((long*)(block + 1));
        });
        runtime.Cells?.Visit((key, cells) => (key is { } known ? result.RowOf(known) : result.Other).Add(cells));
        return result;
    }

    /// <summary>Adds one thread's cells.</summary>
    /// <param name="cells">The cells.</param>
    public unsafe void Add(long* cells)
    {
        // SAFETY: the cells are as long as the aggregation says. An entry whose count is seen has its key already.
        Other.Add(cells + KeyedCells.Other);
        for (int i = 0; i < _size; i++)
        {
            long* entry = cells + KeyedCells.First(_words) + ((1L + _words) * i);
            if (Volatile.Read(ref entry[1 + AggregateCells.Count]) != 0)
            {
                RowOf(entry[0]).Add(entry + 1);
            }
        }
    }

    private AggregateReading RowOf(long key)
    {
        ref AggregateReading? row = ref CollectionsMarshal.GetValueRefOrAddDefault(Rows, key, out _);
        return row ??= Empty();
    }

    /// <summary>Makes a key of its 64 bits.</summary>
    /// <typeparam name="TKey">An integer, bool, char, enum or <see cref="CodeAddress"/>: a type of 1, 2, 4 or 8 bytes; or <see cref="string"/>.</typeparam>
    /// <param name="bits">The bits.</param>
    /// <returns>The key.</returns>
    public static TKey Decode<TKey>(long bits)
    {
        (byte one, short two, int four) = ((byte)bits, (short)bits, (int)bits);
        return Unsafe.SizeOf<TKey>() switch
        {
            _ when typeof(TKey) == typeof(string) => (TKey)(object)TextKeys.TextOf(bits),
            _ when RuntimeHelpers.IsReferenceOrContainsReferences<TKey>() => throw Unsupported<TKey>(),
            sizeof(byte) => Unsafe.As<byte, TKey>(ref one),
            sizeof(short) => Unsafe.As<short, TKey>(ref two),
            sizeof(int) => Unsafe.As<int, TKey>(ref four),
            sizeof(long) => Unsafe.As<long, TKey>(ref bits),
            _ => throw Unsupported<TKey>(),
        };
    }

    private static SpecException Unsupported<TKey>() =>
        new($"The key type {typeof(TKey)}", "it does not fit 64 bits.", "Use an integer, bool, char, enum, string or the caller.");
}
