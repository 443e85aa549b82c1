using Instrumentation.Testing.Snapshots;

namespace Instrumentation.Testing.Messages;

/// <summary>Values in messages, which are short enough to stand among others in a line.</summary>
internal static class Values
{
    private static readonly ValueTextOptions Short = ValueTextOptions.Default with { Depth = 3, StringLength = 100, Length = 300 };

    /// <summary>A value's text, in one line, bounded.</summary>
    /// <param name="value">The value, or null.</param>
    /// <returns>The text.</returns>
    public static string Text(object? value) => ValueText.Of(value, Short);
}
