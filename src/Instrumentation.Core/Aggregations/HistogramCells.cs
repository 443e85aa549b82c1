using System.Numerics;
using System.Runtime.CompilerServices;

namespace Instrumentation.Aggregations;

/// <summary>
/// A histogram's cells on one thread: sum, least, greatest, then a count per bucket, 8 bytes each. All zero is the empty histogram: the least and
/// greatest are kept as their difference to the other end of the range. The sum stops at the ends of the 64-bit range: one word can be read
/// while it is written, two could be torn.
/// </summary>
/// <remarks>Hooks call the methods from code that is compiled fully at once, so they are inlined there: none of them ever runs unoptimized.</remarks>
internal static unsafe class HistogramCells
{
    /// <summary>Buckets of a log2 histogram: one for values up to 0, then [2^(k-1), 2^k) for k from 1 to 63, and one that stays empty, so that it fits unsigned values.</summary>
    public const int Log2Buckets = 65;

    /// <summary>Index of the sum.</summary>
    public const int Sum = 0;

    /// <summary>Index of the least value, exclusive-or <see cref="long.MaxValue"/>.</summary>
    public const int Least = 1;

    /// <summary>Index of the greatest value, exclusive-or <see cref="long.MinValue"/>.</summary>
    public const int Greatest = 2;

    /// <summary>Index of the first bucket.</summary>
    public const int Buckets = 3;

    /// <summary>The number of buckets of a histogram.</summary>
    /// <param name="aggregation">A log2 or linear histogram.</param>
    /// <returns>For a linear one its buckets, one below and one above them.</returns>
    public static int BucketCount(AggregationSpec aggregation) => aggregation is LinearHistogramAggregation linear ? linear.Buckets + 2 : Log2Buckets;

    /// <summary>Bytes of the cells.</summary>
    /// <param name="aggregation">A log2 or linear histogram.</param>
    /// <returns>The bytes, a multiple of 8.</returns>
    public static int Bytes(AggregationSpec aggregation) => (Buckets + BucketCount(aggregation)) * sizeof(long);

    /// <summary>Adds a value to a log2 histogram.</summary>
    /// <param name="cells">The current thread's cells.</param>
    /// <param name="value">The value.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddLog2(byte* cells, long value) => Add((long*)cells, value, value <= 0 ? 0 : 64 - BitOperations.LeadingZeroCount((ulong)value));

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

        Add((long*)cells, value, bucket);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(long* cells, long value, int bucket)
    {
        // SAFETY: the cells are Bytes long and only the current thread writes them; the bucket is below BucketCount.
        cells[Sum] = SaturatingSum(cells[Sum], value);
        if (value < (cells[Least] ^ long.MaxValue))
        {
            cells[Least] = value ^ long.MaxValue;
        }

        if (value > (cells[Greatest] ^ long.MinValue))
        {
            cells[Greatest] = value ^ long.MinValue;
        }

        Volatile.Write(ref cells[Buckets + bucket], cells[Buckets + bucket] + 1);
    }

    /// <summary>Adds without leaving the range.</summary>
    /// <param name="left">One number.</param>
    /// <param name="right">The other.</param>
    /// <returns>The sum, or the end of the range that it would pass.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long SaturatingSum(long left, long right)
    {
        long sum = unchecked(left + right);
        return ((left ^ sum) & (right ^ sum)) >= 0 ? sum : sum < 0 ? long.MaxValue : long.MinValue;
    }
}
