namespace WebShop.Display;

/// <summary>Lays out rows in columns, each as wide as its widest cell.</summary>
/// <param name="titles">The columns' titles; a column whose title begins with <c>&gt;</c> is aligned to the right.</param>
public sealed class TextTable(params string[] titles)
{
    private readonly List<string[]> _rows = [[.. titles.Select(title => title.TrimStart('>'))]];

    /// <summary>Adds a row.</summary>
    /// <param name="cells">One cell a column.</param>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>The lines, titles first.</summary>
    public IEnumerable<string> Lines()
    {
        int[] widths = [.. titles.Select((_, column) => _rows.Max(row => row[column].Length))];
        return _rows.Select(row => string.Join("  ", row.Select((cell, column) => Align(cell, column, widths[column]))).TrimEnd());
    }

    private string Align(string cell, int column, int width) =>
        titles[column].StartsWith('>') ? cell.PadLeft(width) : cell.PadRight(width);
}
