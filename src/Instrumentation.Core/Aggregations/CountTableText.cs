using System.Globalization;
using System.Text;

namespace Instrumentation.Aggregations;

/// <summary>Draws keyed counts as text.</summary>
internal static class CountTableText
{
    private const int RowsShown = 50;

    /// <summary>A line a key with count and share, then what is left.</summary>
    /// <param name="rows">Counts by the keys' text, the most first.</param>
    /// <param name="other">Hits without room.</param>
    /// <param name="total">All hits.</param>
    /// <returns>Several lines.</returns>
    public static string Draw(IReadOnlyList<KeyValuePair<string, long>> rows, long other, long total)
    {
        if (total == 0)
        {
            return "no hits";
        }

        List<(string Key, long Count)> lines = [.. rows.Take(RowsShown).Select(static row => (row.Key, row.Value))];
        if (rows.Count > RowsShown)
        {
            lines.Add(($"({rows.Count - RowsShown} more)", rows.Skip(RowsShown).Sum(static row => row.Value)));
        }

        if (other > 0)
        {
            lines.Add(("(other keys)", other));
        }

        lines.Add(("total", total));
        int keyWidth = lines.Max(static line => line.Key.Length);
        int countWidth = total.ToString("N0", CultureInfo.InvariantCulture).Length;
        StringBuilder text = new();
        foreach ((string key, long count) in lines)
        {
            string number = count.ToString("N0", CultureInfo.InvariantCulture).PadLeft(countWidth);
            string share = (100.0 * count / total).ToString("0.0", CultureInfo.InvariantCulture).PadLeft(5);
            text.Append(text.Length == 0 ? "" : Environment.NewLine).Append($"{key.PadRight(keyWidth)}  {number}  {share} %");
        }

        return text.ToString();
    }
}
