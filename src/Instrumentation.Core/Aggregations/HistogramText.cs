using System.Globalization;
using System.Text;

namespace Instrumentation.Aggregations;

/// <summary>Draws histograms as text.</summary>
internal static class HistogramText
{
    private const int BarWidth = 40;

    /// <summary>A line of totals, then a bar for each bucket from the first to the last that is not empty.</summary>
    /// <param name="histogram">The histogram.</param>
    /// <returns>Several lines.</returns>
    public static string Draw(HistogramSnapshot histogram)
    {
        if (histogram.Count == 0)
        {
            return "no values";
        }

        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{histogram.Count:N0} values: average {Number(histogram, histogram.Average)}, least {Number(histogram, histogram.Minimum)}");
        text.Append(CultureInfo.InvariantCulture, $", median {Number(histogram, histogram.Percentile(50))}, 99 % below {Number(histogram, histogram.Percentile(99))}");
        text.Append(CultureInfo.InvariantCulture, $", greatest {Number(histogram, histogram.Maximum)}");

        HistogramBucket[] shown = [.. histogram.Buckets.SkipWhile(static bucket => bucket.Count == 0).Reverse().SkipWhile(static bucket => bucket.Count == 0).Reverse()];
        (string Range, HistogramBucket Bucket)[] rows = [.. shown.Select(bucket => (Range(histogram, bucket), bucket))];
        int rangeWidth = rows.Max(static row => row.Range.Length);
        long most = shown.Max(static bucket => bucket.Count);
        int countWidth = most.ToString("N0", CultureInfo.InvariantCulture).Length;
        foreach ((string range, HistogramBucket bucket) in rows)
        {
            string count = bucket.Count.ToString("N0", CultureInfo.InvariantCulture).PadLeft(countWidth);
            int length = (int)Math.Ceiling((double)bucket.Count / most * BarWidth);
            text.AppendLine().Append($"{range.PadLeft(rangeWidth)}  {count} |{new string('#', length)}");
        }

        return text.ToString();
    }

    private static string Range(HistogramSnapshot histogram, HistogramBucket bucket) =>
        bucket.From == long.MinValue ? $"below {Number(histogram, bucket.To)}"
        : bucket.To == long.MaxValue ? $"from {Number(histogram, bucket.From)}"
        : $"{Number(histogram, bucket.From)} .. {Number(histogram, bucket.To)}";

    private static string Number(HistogramSnapshot histogram, double value) => ValueText.Of(value, histogram.Unit);
}
