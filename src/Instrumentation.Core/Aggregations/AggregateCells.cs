using System.Numerics;
using System.Runtime.CompilerServices;

namespace Instrumentation.Aggregations;

/// <summary>
/// An aggregate's cells on one thread, 8 bytes each, in an order of which every kind has a beginning: the count of finished updates (all that a count
/// has); the count of begun updates and the sum (a sum ends here); the least and the greatest (a summary ends here); a count per bucket. All zero is the
/// empty aggregate: the least and greatest are kept as their difference to the other end of the range. Who reads begun and finished updates equal, before
/// and after the rest, has numbers that belong together. A backend that keeps cells elsewhere keeps the same words with the same meaning.
/// </summary>
/// <remarks>Hooks call the methods from code that is compiled fully at once, so they are inlined there: none of them ever runs unoptimized.</remarks>
internal static unsafe class AggregateCells
{
    /// <summary>Index of the number of updates, written last of all.</summary>
    public const int Count = 0;

    /// <summary>Index of the number of updates that have begun, written first of all.</summary>
    public const int Begun = 1;

    /// <summary>Index of the sum.</summary>
    public const int Sum = 2;

    /// <summary>Index of the least value, exclusive-or <see cref="long.MaxValue"/>.</summary>
    public const int Least = 3;

    /// <summary>Index of the greatest value, exclusive-or <see cref="long.MinValue"/>.</summary>
    public const int Greatest = 4;

    /// <summary>Index of the first bucket.</summary>
    public const int Buckets = 5;

    /// <summary>Index of the first of the <see cref="SpanTotals"/> of a breakdown, behind its buckets.</summary>
    public const int Totals = Buckets + HistogramBuckets.Log2;

    /// <summary>The cells of an aggregation without a key.</summary>
    /// <param name="aggregation">The aggregation.</param>
    /// <returns>Their number.</returns>
    public static int Words(AggregationSpec aggregation) => aggregation switch
    {
        SumAggregation => Sum + 1,
        SummaryAggregation => Greatest + 1,
        BreakdownAggregation => Totals + (SpanTotals.Bytes / sizeof(long)),
        Log2HistogramAggregation or LinearHistogramAggregation => Buckets + HistogramBuckets.CountOf(aggregation),
        _ => Count + 1,
    };

    /// <summary>Counts a hit.</summary>
    /// <param name="cells">The current thread's cells.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddCount(byte* cells)
    {
        // SAFETY: the cells are as many as Words says and only the current thread writes them. Before the count comes the key, where there is one.
        long* words = (long*)cells;
        Volatile.Write(ref words[Count], words[Count] + 1);
    }

    /// <summary>Adds a value to a sum.</summary>
    /// <param name="cells">The current thread's cells.</param>
    /// <param name="value">The value.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddSum(byte* cells, long value)
    {
        // SAFETY: the cells are as many as Words says and only the current thread writes them.
        long* words = (long*)cells;
        long count = Begin(words);
        words[Sum] = StickySum(words[Sum], value);
        Volatile.Write(ref words[Count], count);
    }

    /// <summary>Adds a value to a summary.</summary>
    /// <param name="cells">The current thread's cells.</param>
    /// <param name="value">The value.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddSummary(byte* cells, long value)
    {
        // SAFETY: the cells are as many as Words says and only the current thread writes them.
        long* words = (long*)cells;
        long count = Begin(words);
        Summarize(words, value);
        Volatile.Write(ref words[Count], count);
    }

    /// <summary>Adds a value to a log2 histogram.</summary>
    /// <param name="cells">The current thread's cells.</param>
    /// <param name="value">The value.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddLog2(byte* cells, long value) => AddToBucket((long*)cells, value, value <= 0 ? 0 : 64 - BitOperations.LeadingZeroCount((ulong)value));

    /// <summary>Adds a span to a breakdown.</summary>
    /// <param name="cells">The current thread's cells.</param>
    /// <param name="value">The value.</param>
    /// <param name="totals">What the kernel did for the span.</param>
    public static void AddBreakdown(byte* cells, long value, SpanTotals* totals)
    {
        // SAFETY: the cells are as many as Words says and only the current thread writes them. They are the same words as a histogram's, and the totals behind them.
        long* words = (long*)cells;
        long count = Begin(words);
        long* added = (long*)totals;
        for (int i = 0; i < SpanTotals.Bytes / sizeof(long); i++)
        {
            words[Totals + i] += added[i];
        }

        Summarize(words, value);
        int bucket = value <= 0 ? 0 : 64 - BitOperations.LeadingZeroCount((ulong)value);
        Volatile.Write(ref words[Buckets + bucket], words[Buckets + bucket] + 1);
        Volatile.Write(ref words[Count], count);
    }

    /// <summary>Adds a value to a linear histogram: bucket 0 is below the minimum, the last is above all others.</summary>
    /// <param name="cells">The current thread's cells.</param>
    /// <param name="value">The value.</param>
    /// <param name="minimum">The lower bound of the first bucket.</param>
    /// <param name="width">The width of a bucket, more than 0.</param>
    /// <param name="buckets">The number of buckets between the outer two.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddLinear(byte* cells, long value, long minimum, long width, int buckets)
    {
        int bucket = 0;
        if (value >= minimum)
        {
            // The difference of two longs fits an unsigned one.
            ulong index = ((ulong)value - (ulong)minimum) / (ulong)width;
            bucket = index < (ulong)buckets ? (int)index + 1 : buckets + 1;
        }

        AddToBucket((long*)cells, value, bucket);
    }

    /// <summary>An unsigned value as a signed one.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The value, or the greatest signed one when it lies beyond.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Signed(ulong value) => value > long.MaxValue ? long.MaxValue : (long)value;

    /// <summary>
    /// Adds, once and for all stopping at the end of the 64-bit range that the sum would pass: the sum is right, or it says by its value that it is not.
    /// One word can be read while it is written, two could be torn.
    /// </summary>
    /// <param name="sum">The sum.</param>
    /// <param name="value">The value to be added.</param>
    /// <returns>The new sum.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long StickySum(long sum, long value)
    {
        if (IsStuck(sum))
        {
            return sum;
        }

        long next = unchecked(sum + value);
        return ((sum ^ next) & (value ^ next)) >= 0 ? next : next < 0 ? long.MaxValue : long.MinValue;
    }

    /// <summary>Whether a sum has reached an end of the range, where it stays.</summary>
    /// <param name="sum">The sum.</param>
    /// <returns>True when it has.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsStuck(long sum) => (sum ^ (sum >> 63)) == long.MaxValue;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddToBucket(long* words, long value, int bucket)
    {
        // SAFETY: the cells are as many as Words says and only the current thread writes them; the bucket is below the number of buckets.
        long count = Begin(words);
        Summarize(words, value);
        Volatile.Write(ref words[Buckets + bucket], words[Buckets + bucket] + 1);
        Volatile.Write(ref words[Count], count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Begin(long* words)
    {
        // SAFETY: the cells are those of a value's aggregate, and only the current thread writes them.
        long count = words[Count] + 1;
        words[Begun] = count;
        Volatile.WriteBarrier();
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Summarize(long* words, long value)
    {
        // SAFETY: the cells are those of a summary or a histogram, and only the current thread writes them.
        words[Sum] = StickySum(words[Sum], value);
        if (value < (words[Least] ^ long.MaxValue))
        {
            words[Least] = value ^ long.MaxValue;
        }

        if (value > (words[Greatest] ^ long.MinValue))
        {
            words[Greatest] = value ^ long.MinValue;
        }
    }
}
