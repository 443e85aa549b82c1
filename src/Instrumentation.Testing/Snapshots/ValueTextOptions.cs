namespace Instrumentation.Testing.Snapshots;

/// <summary>How much of a value is shown.</summary>
internal sealed record ValueTextOptions
{
    /// <summary>For messages.</summary>
    public static ValueTextOptions Default { get; } = new();

    /// <summary>Objects in objects that are shown.</summary>
    public int Depth { get; init; } = 4;

    /// <summary>Items of a collection, and fields of an object, that are shown.</summary>
    public int Items { get; init; } = 10;

    /// <summary>Characters of a text that are shown.</summary>
    public int StringLength { get; init; } = 200;

    /// <summary>Characters of the whole.</summary>
    public int Length { get; init; } = 2000;

    /// <summary>Whether states that change by themselves are shown: how far a task is.</summary>
    public bool States { get; init; } = true;
}
