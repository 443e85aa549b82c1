using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Instrumentation.Testing.Frameworks;

/// <summary>Ends a test in the words of the framework that runs it. Frameworks are found by name among what is loaded; none is depended on.</summary>
[StackTraceHidden]
internal static class TestFramework
{
    /// <summary>The frameworks that are known. Where several are loaded and none is seen running, the first wins.</summary>
    public static IReadOnlyList<KnownFramework> Known { get; } = [new XunitV3(), new NUnit(), new MSTest(), new XunitV2()];

    /// <summary>The framework that runs the current test: the one that says so for this flow, else the one whose runner is loaded, else the one whose assertions are.</summary>
    public static KnownFramework? Current =>
        Known.FirstOrDefault(static framework => framework.IsRunningThisFlow())
        ?? Known.FirstOrDefault(static framework => framework.HasRunner())
        ?? Known.FirstOrDefault(static framework => framework.HasAssertions());

    /// <summary>Fails the test.</summary>
    /// <param name="message">What was expected, and what was seen.</param>
    [DoesNotReturn]
    public static void Fail(string message) => throw Current?.Failure(message) ?? new CallAssertionException(message);

    /// <summary>Skips the test from here on.</summary>
    /// <param name="reason">Why it cannot run here.</param>
    [DoesNotReturn]
    public static void Skip(string reason) => throw Current?.Skipped(reason) ?? new TestSkippedException(reason);
}
