using System.Text.RegularExpressions;
using Xunit.Sdk;

namespace Instrumentation.Testing.Tests.Assertions;

/// <summary>Runs assertions that must fail, and compares what they say.</summary>
internal static partial class Failure
{
    /// <summary>Demands that an assertion fails with exactly a message. Folders, line numbers and the time are left out of it.</summary>
    /// <param name="expected">The message.</param>
    /// <param name="assertion">The assertion.</param>
    public static void Says(string expected, Action assertion)
    {
        // Exactly the framework's own: an error of the library is no failed assertion.
        string message = Line().Replace(Assert.Throws<XunitException>(assertion).Message, "${file}:0");
        message = Time().Replace(message, "(now)");
        Assert.True(expected.ReplaceLineEndings("\n") == message, $"Expected:\n{expected}\n\nThe assertion says:\n{message}\n<end>");
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[\d:.]+Z")]
    private static partial Regex Time();

    [GeneratedRegex(@"(?<= at )\S*/(?<file>[A-Za-z]+\.cs):\d+")]
    private static partial Regex Line();
}
