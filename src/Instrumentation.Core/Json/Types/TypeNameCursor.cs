namespace Instrumentation.Json;

/// <summary>A place in the text of a type's name, and the marks and identifiers that come next.</summary>
/// <param name="text">The text.</param>
internal sealed class TypeNameCursor(string text)
{
    private const string Marks = "<>,?[]!+*&\\`'\"/()=;:";

    /// <summary>The place, from 0.</summary>
    public int Position { get; private set; }

    /// <summary>Whether nothing is left.</summary>
    public bool AtEnd => Position == text.Length;

    /// <summary>Takes a mark, and the spaces before it.</summary>
    /// <param name="mark">The mark.</param>
    /// <returns>False when another one comes next.</returns>
    public bool Take(char mark)
    {
        while (!AtEnd && text[Position] == ' ')
        {
            Position++;
        }

        bool found = !AtEnd && text[Position] == mark;
        Position += found ? 1 : 0;
        return found;
    }

    /// <summary>Takes a name with its namespace, and the spaces around it.</summary>
    /// <returns>The name; null when none comes next.</returns>
    public string? TakeIdentifier()
    {
        int start = Position;
        while (!AtEnd && !Marks.Contains(text[Position], StringComparison.Ordinal) && !char.IsControl(text[Position]))
        {
            Position++;
        }

        string name = text[start..Position].Trim();
        return name.Length > 0 && !name.Contains(' ', StringComparison.Ordinal) ? name : null;
    }
}
