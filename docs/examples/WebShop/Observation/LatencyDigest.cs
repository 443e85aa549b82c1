using System.Numerics;

namespace WebShop.Observation;

/// <summary>Counts durations in buckets of about 3 % width, so that a percentile of any number of them costs a few kilobytes.</summary>
public sealed class LatencyDigest
{
    private const int StepBits = 5;
    private const int Steps = 1 << StepBits;

    private readonly long[] _buckets = new long[(64 - StepBits) * Steps];
    private double _sum;

    /// <summary>How many durations were added.</summary>
    public long Count { get; private set; }

    /// <summary>The longest.</summary>
    public TimeSpan Maximum { get; private set; }

    /// <summary>The mean, or zero without any.</summary>
    public TimeSpan Mean => Count == 0 ? TimeSpan.Zero : TimeSpan.FromTicks((long)(_sum / Count));

    /// <summary>Adds one.</summary>
    public void Add(TimeSpan duration)
    {
        long ticks = Math.Max(duration.Ticks, 0);
        _buckets[IndexOf(ticks)]++;
        _sum += ticks;
        Count++;
        Maximum = duration > Maximum ? duration : Maximum;
    }

    /// <summary>The duration that a share of all does not exceed, up to the width of a bucket.</summary>
    /// <param name="share">The share, for example 0.99.</param>
    public TimeSpan Percentile(double share)
    {
        long below = (long)Math.Ceiling(share * Count);
        long seen = 0;
        for (int index = 0; index < _buckets.Length; index++)
        {
            seen += _buckets[index];
            if (seen >= below && seen > 0)
            {
                return TimeSpan.FromTicks(Math.Min(HighestOf(index), Maximum.Ticks));
            }
        }

        return TimeSpan.Zero;
    }

    // Below Steps the buckets are one tick wide; from there on each power of two has Steps buckets.
    private static int IndexOf(long ticks)
    {
        int shift = Math.Max(BitOperations.Log2((ulong)ticks) - StepBits, 0);
        return (shift * Steps) + (int)(ticks >> shift);
    }

    private static long HighestOf(int index)
    {
        int shift = Math.Max((index / Steps) - 1, 0);
        return (((long)(index - (shift * Steps)) + 1) << shift) - 1;
    }
}
