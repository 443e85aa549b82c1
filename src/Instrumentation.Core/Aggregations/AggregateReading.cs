using Instrumentation.Events;

namespace Instrumentation.Aggregations;

/// <summary>Merges the cells of an aggregation without a key over threads, while they may be written.</summary>
/// <param name="aggregation">The aggregation.</param>
internal sealed class AggregateReading(AggregationSpec aggregation)
{
    private readonly long[] _buckets = HistogramBuckets.CountOf(aggregation) is var count and > 0 ? new long[count] : [];
    private SpanTotals _totals;
    private Int128 _sum;
    private long? _stuck;
    private long _least = long.MaxValue;
    private long _greatest = long.MinValue;

    /// <summary>The number of values, or of hits.</summary>
    public long Count { get; private set; }

    /// <summary>The sum of the values; at an end of the 64-bit range when it, or a thread's part of it, has left it.</summary>
    public long Sum => _stuck ?? (long)Int128.Clamp(_sum, long.MinValue, long.MaxValue);

    /// <summary>The least value; 0 when there is none.</summary>
    public long Least => Count == 0 ? 0 : _least;

    /// <summary>The greatest value; 0 when there is none.</summary>
    public long Greatest => Count == 0 ? 0 : _greatest;

    /// <summary>The totals of a breakdown.</summary>
    public SpanTotals Totals => _totals;

    /// <summary>What the numbers are.</summary>
    public ValueUnit Unit => (aggregation as ValueAggregation)?.Unit ?? ValueUnit.None;

    /// <summary>The buckets of a histogram, from the lowest.</summary>
    public HistogramBucket[] Buckets => [.. _buckets.Select((count, index) => HistogramBuckets.At(aggregation, index, count))];

    /// <summary>Reads a probe's aggregate.</summary>
    /// <param name="runtime">The probe, not removed, whose aggregation has no key.</param>
    /// <returns>The merged numbers.</returns>
    public static unsafe AggregateReading Read(ProbeRuntime runtime)
    {
        AggregateReading result = new(runtime.Spec.Aggregation!);
        ProbeBlocks.Visit(runtime, result, static (_, block, reading) =>
        {
            // SAFETY: the cells follow the block and are as many as its aggregation says.
            reading.Add((long*)(block + 1));
        });
        runtime.Cells?.Visit((_, cells) => result.Add(cells));
        return result;
    }

    /// <summary>
    /// Adds one thread's cells. Their numbers belong together, unless the thread is stopped amid an update for longer than <see cref="CellsRetry"/> waits, or
    /// updates a histogram faster than it can be read: then the hits that happen meanwhile may be in some of the numbers only. Even so the least and
    /// greatest cover all buckets.
    /// </summary>
    /// <param name="cells">The cells.</param>
    public unsafe void Add(long* cells)
    {
        int length = AggregateCells.Words(aggregation);
        Span<long> words = stackalloc long[Math.Max(length, AggregateCells.Buckets)];
        CellsRetry retry = new(aggregation);
        bool whole = TryCopy(cells, words[..length]);
        while (!whole && retry.Wait())
        {
            whole = TryCopy(cells, words[..length]);
        }

        Merge(words);
    }

    /// <summary>Adds cells that nobody writes while they are read.</summary>
    /// <param name="cells">The cells.</param>
    public unsafe void Add(ReadOnlySpan<long> cells)
    {
        // SAFETY: the cells are pinned during the call.
        fixed (long* first = cells)
        {
            Add(first);
        }
    }

    /// <summary>Adds what another reading of the same aggregation has come to.</summary>
    /// <param name="other">The other.</param>
    public void Add(AggregateReading other)
    {
        Count += other.Count;
        _sum += other._sum;
        _stuck ??= other._stuck;
        _totals += other._totals;
        _least = Math.Min(_least, other._least);
        _greatest = Math.Max(_greatest, other._greatest);
        for (int i = 0; i < _buckets.Length; i++)
        {
            _buckets[i] += other._buckets[i];
        }
    }

    /// <summary>Copies one thread's cells.</summary>
    /// <param name="cells">The cells.</param>
    /// <param name="words">Takes as many of them as it is long; the count of begun updates is left out.</param>
    /// <returns>Whether the copy belongs together: no update was under way.</returns>
    internal static unsafe bool TryCopy(long* cells, Span<long> words)
    {
        // SAFETY: there are as many cells as words; each is read on its own. From the last to the first: what is written last is read first, so that no
        // number exceeds the ones that cover it.
        long count = Volatile.Read(ref cells[AggregateCells.Count]);
        for (int i = words.Length - 1; i > AggregateCells.Begun; i--)
        {
            words[i] = Volatile.Read(ref cells[i]);
        }

        words[AggregateCells.Count] = count;
        return words.Length == 1 || Volatile.Read(ref cells[AggregateCells.Begun]) == count;
    }

    private void Merge(ReadOnlySpan<long> words)
    {
        long counted = 0;
        for (int i = 0; i < _buckets.Length; i++)
        {
            _buckets[i] += words[AggregateCells.Buckets + i];
            counted += words[AggregateCells.Buckets + i];
        }

        if (aggregation is BreakdownAggregation)
        {
            Span<long> totals = SpanTotals.Words(ref _totals);
            for (int i = 0; i < totals.Length; i++)
            {
                totals[i] += words[AggregateCells.Totals + i];
            }
        }

        Count += _buckets.Length == 0 ? words[AggregateCells.Count] : counted;
        _sum += words[AggregateCells.Sum];
        _stuck ??= AggregateCells.IsStuck(words[AggregateCells.Sum]) ? words[AggregateCells.Sum] : null;
        _least = Math.Min(_least, words[AggregateCells.Least] ^ long.MaxValue);
        _greatest = Math.Max(_greatest, words[AggregateCells.Greatest] ^ long.MinValue);
    }
}
