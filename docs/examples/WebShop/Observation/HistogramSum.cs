using Instrumentation;

namespace WebShop.Observation;

/// <summary>Adds up histograms of nanoseconds that have the same buckets: one for each time that the probe was attached.</summary>
public sealed class HistogramSum
{
    private readonly SortedDictionary<(long From, long To), long> _counts = [];
    private long _count;
    private long _sum;

    /// <summary>The values.</summary>
    public long Count => _count;

    /// <summary>The mean, or zero without any.</summary>
    public TimeSpan Mean => _count == 0 ? TimeSpan.Zero : TimeSpan.FromMicroseconds(_sum / 1e3 / _count);

    /// <summary>The buckets, from the first to the last that is not empty.</summary>
    public IReadOnlyList<HistogramBucket> Buckets
    {
        get
        {
            IEnumerable<HistogramBucket> all = _counts.Select(entry => new HistogramBucket(entry.Key.From, entry.Key.To, entry.Value));
            return [.. all.SkipWhile(IsEmpty).Reverse().SkipWhile(IsEmpty).Reverse()];
        }
    }

    /// <summary>Adds a histogram.</summary>
    public void Add(HistogramSnapshot histogram)
    {
        foreach (HistogramBucket bucket in histogram.Buckets)
        {
            _counts[(bucket.From, bucket.To)] = _counts.GetValueOrDefault((bucket.From, bucket.To)) + bucket.Count;
        }

        _count += histogram.Count;
        _sum += histogram.Sum;
    }

    private static bool IsEmpty(HistogramBucket bucket) => bucket.Count == 0;
}
