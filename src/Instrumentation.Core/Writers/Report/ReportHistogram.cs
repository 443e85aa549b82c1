namespace Instrumentation.Writers.Report;

/// <summary>A histogram of a report.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Buckets">The buckets from the first to the last that is not empty.</param>
/// <param name="Unit">What the values are.</param>
/// <param name="Figures">Numbers beside it, as names and values.</param>
internal sealed record ReportHistogram(string Title, IReadOnlyList<HistogramBucket> Buckets, ValueUnit Unit, IReadOnlyList<KeyValuePair<string, double>> Figures)
{
    /// <summary>Makes it from a snapshot.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="histogram">The histogram.</param>
    /// <returns>The histogram of the report.</returns>
    public static ReportHistogram Of(string title, HistogramSnapshot histogram) => new(
        title,
        Used(histogram.Buckets),
        histogram.Unit,
        histogram.Count == 0
            ? []
            :
            [
                new("mean", histogram.Average),
                new("median", histogram.Percentile(50)),
                new("90 % below", histogram.Percentile(90)),
                new("99 % below", histogram.Percentile(99)),
                new("greatest", histogram.Maximum),
            ]);

    /// <summary>Leaves out the empty buckets at both ends.</summary>
    /// <param name="buckets">All buckets.</param>
    /// <returns>Those from the first to the last that is not empty.</returns>
    public static IReadOnlyList<HistogramBucket> Used(IEnumerable<HistogramBucket> buckets)
    {
        HistogramBucket[] from = [.. buckets.SkipWhile(static bucket => bucket.Count == 0)];
        int last = Array.FindLastIndex(from, static bucket => bucket.Count > 0);
        return from[..(last + 1)];
    }
}
