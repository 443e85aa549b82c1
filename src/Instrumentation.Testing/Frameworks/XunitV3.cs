namespace Instrumentation.Testing.Frameworks;

/// <summary>xunit, version 3.</summary>
internal sealed class XunitV3 : KnownFramework
{
    // The contract of xunit.v3: an exception whose message begins so skips the test, whatever its type.
    private const string SkipToken = "$XunitDynamicSkip$";

    /// <inheritdoc/>
    public override string Name => "xunit v3";

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Runners => ["xunit.v3.core", "xunit.v3.runner"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Assertions => ["xunit.v3.assert", "xunit.v3.assert.source", "xunit.v3.assert.aot"];

    /// <inheritdoc/>
    public override Exception? Failure(string message) => Create("Xunit.Sdk.XunitException", message);

    /// <inheritdoc/>
    public override Exception Skipped(string reason) =>
        FindType(Assertions, "Xunit.Sdk.SkipException")?.GetMethod("ForSkip", [typeof(string)])?.Invoke(null, [reason]) as Exception ?? new TestSkippedException(SkipToken + reason);

    /// <inheritdoc/>
    protected override bool IsRunning() =>
        StaticValue("xunit.v3.core", "Xunit.TestContext", "Current") is { } context && context.GetType().GetProperty("TestCase")?.GetValue(context) is not null;
}
