using System.Text.Json;

namespace Instrumentation.Json;

/// <summary>A property of an object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
internal readonly record struct JsonMember(string Name, JsonItem Value);

/// <summary>A value of a JSON text that knows its place, so that every error can name it.</summary>
/// <param name="parent">The value around it; null for the outermost.</param>
/// <param name="step">The step from the parent to it.</param>
/// <param name="token">What it is; its text when it is a scalar.</param>
/// <param name="source">The text that it comes from.</param>
/// <param name="offset">Where it begins there, in bytes.</param>
internal sealed class JsonItem(JsonItem? parent, string step, LiteralToken token, JsonSource source, long offset)
{
    // Most values are scalars: they share the lists, which are never added to.
    private static readonly List<JsonMember> NoMembers = [];
    private static readonly List<JsonItem> NoItems = [];

    /// <summary>What it is.</summary>
    public JsonValueKind Kind => token.Kind;

    /// <summary>A string's text, a number as it is written; empty else.</summary>
    public string Text => token.Text;

    /// <summary>The scalar that it is.</summary>
    public LiteralToken Token => token;

    /// <summary>The text that it comes from.</summary>
    public JsonSource Source => source;

    /// <summary>The properties of an object, each name once.</summary>
    public List<JsonMember> Members { get; } = token.Kind == JsonValueKind.Object ? [] : NoMembers;

    /// <summary>The elements of an array.</summary>
    public List<JsonItem> Items { get; } = token.Kind == JsonValueKind.Array ? [] : NoItems;

    /// <summary>Its place in the text.</summary>
    public string Path
    {
        get
        {
            Stack<string> steps = new();
            for (JsonItem? item = this; item is not null; item = item.Parent)
            {
                steps.Push(item.Step);
            }

            return string.Concat(steps);
        }
    }

    private JsonItem? Parent => parent;

    private string Step => step;

    /// <summary>The value of a property.</summary>
    /// <param name="name">The property's name.</param>
    /// <returns>The value, or null when there is no such property.</returns>
    public JsonItem? Find(string name)
    {
        foreach (JsonMember member in Members)
        {
            if (member.Name == name)
            {
                return member.Value;
            }
        }

        return null;
    }

    /// <summary>The value of a property that may be left out.</summary>
    /// <param name="name">The property's name.</param>
    /// <returns>The value; null when there is no such property, or it is null.</returns>
    public JsonItem? FindOptional(string name) => Find(name) is { Kind: not JsonValueKind.Null } value ? value : null;

    /// <summary>An error at this place.</summary>
    /// <param name="why">What is wrong.</param>
    /// <param name="mend">What to write instead.</param>
    /// <param name="nearest">The nearest valid names.</param>
    /// <param name="inner">The failure underneath.</param>
    /// <param name="line">The line where it is known better than from this place.</param>
    /// <returns>The error.</returns>
    public ProbeJsonException Error(string why, string mend, IReadOnlyList<string>? nearest = null, Exception? inner = null, int? line = null) =>
        new(Path, why, mend, line ?? source.LineAt(offset), nearest, inner);
}
