using System.Text;

namespace Instrumentation.Aggregations;

/// <summary>Draws aggregates by key as text.</summary>
internal static class KeyedTableText
{
    private const int RowsShown = 50;

    /// <summary>A line of titles, a line a key, then what is left.</summary>
    /// <typeparam name="TSnapshot">The aggregate's type.</typeparam>
    /// <param name="rows">Aggregates by the keys' text, in the order to be shown.</param>
    /// <param name="other">Hits without room.</param>
    /// <param name="total">All hits.</param>
    /// <returns>Several lines.</returns>
    public static string Draw<TSnapshot>(IReadOnlyList<KeyValuePair<string, TSnapshot>> rows, TSnapshot other, TSnapshot total)
        where TSnapshot : IValueSnapshot<TSnapshot>
    {
        if (total.Count == 0)
        {
            return "no values";
        }

        List<IReadOnlyList<string>> lines = [["", .. TSnapshot.Titles], .. rows.Take(RowsShown).Select(static row => (IReadOnlyList<string>)[row.Key, .. row.Value.Figures])];
        if (rows.Count > RowsShown)
        {
            lines.Add([$"({rows.Count - RowsShown} more)"]);
        }

        if (other.Count > 0)
        {
            lines.Add(["(other keys)", .. other.Figures]);
        }

        lines.Add(["total", .. total.Figures]);
        int[] widths = [.. Enumerable.Range(0, TSnapshot.Titles.Count + 1).Select(column => lines.Max(line => column < line.Count ? line[column].Length : 0))];
        StringBuilder text = new();
        foreach (IReadOnlyList<string> line in lines)
        {
            // Numbers stand to the right of their columns.
            IEnumerable<string> cells = line.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]));
            text.Append(text.Length == 0 ? "" : Environment.NewLine).AppendJoin("  ", cells);
        }

        return text.ToString();
    }
}
