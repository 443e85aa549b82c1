namespace Instrumentation;

/// <summary>What stands where an intercepted call's value cannot be kept as an object: a <c>ref struct</c> other than a span, or the result of a value task that only its awaiter may take.</summary>
public sealed class UnkeptValue
{
    private UnkeptValue(string text) => Text = text;

    /// <summary>Stands for a <c>ref struct</c>.</summary>
    public static UnkeptValue RefStruct { get; } = new("(a ref struct)");

    /// <summary>Stands for a result that only the awaiter may take.</summary>
    public static UnkeptValue AwaitersResult { get; } = new("(only its awaiter may take it)");

    private string Text { get; }

    /// <summary>What it is, in parentheses.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Text;
}
