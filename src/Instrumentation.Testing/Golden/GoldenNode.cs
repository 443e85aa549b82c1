namespace Instrumentation.Testing.Golden;

/// <summary>A line of a trace, and those below it.</summary>
/// <param name="template">The line; a mark stands where a placeholder has its number.</param>
/// <param name="ids">What the numbers stand for, in the order of the marks.</param>
internal sealed class GoldenNode(string template, IReadOnlyList<string> ids)
{
    /// <summary>Stands where a placeholder has its number.</summary>
    public const char Mark = '\u0001';

    /// <summary>The line.</summary>
    public string Template { get; } = template;

    /// <summary>What the numbers stand for.</summary>
    public IReadOnlyList<string> Ids { get; } = ids;

    /// <summary>Its neighbours that have the same one run concurrently with it, and may come in any order; null for none.</summary>
    public object? Group { get; set; }

    /// <summary>What is below it; each in the order in which they are written.</summary>
    public List<GoldenNode> Children { get; set; } = [];

    /// <summary>Says what it is, and what is below it, but not the order there: the same in every run.</summary>
    public string Key { get; set; } = string.Empty;
}
