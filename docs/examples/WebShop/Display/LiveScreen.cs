using System.Text;

namespace WebShop.Display;

/// <summary>Shows what goes on while it goes on: on a terminal a page that is drawn anew in place, else one line a time.</summary>
/// <param name="output">Where it is shown.</param>
/// <param name="isTerminal">Whether that is a terminal.</param>
public sealed class LiveScreen(TextWriter output, bool isTerminal)
{
    private int _drawn;

    /// <summary>Shows the present state.</summary>
    /// <param name="line">The state in one line.</param>
    /// <param name="details">What stands below it on a terminal.</param>
    public void Show(string line, Func<IEnumerable<string>> details)
    {
        if (!isTerminal)
        {
            output.WriteLine(line);
            return;
        }

        Draw([line, string.Empty, .. details()]);
    }

    /// <summary>Removes the page, so that what follows stands in its place.</summary>
    public void Clear() => Draw([]);

    private void Draw(List<string> lines)
    {
        if (!isTerminal)
        {
            return;
        }

        (int width, int height) = (Math.Max(Console.WindowWidth, 20), Math.Max(Console.WindowHeight, 5));
        StringBuilder text = new();
        text.Append(_drawn > 0 ? $"\x1b[{_drawn}F\x1b[J" : "\x1b[J");
        _drawn = Math.Min(lines.Count, height - 1);
        foreach (string line in lines.Take(_drawn))
        {
            text.Append(line.Length < width ? line : line[..(width - 1)]).Append('\n');
        }

        output.Write(text);
    }
}
