namespace Instrumentation.Testing.Frameworks;

/// <summary>xunit, version 2, which cannot skip a test that has begun: it fails, with the reason.</summary>
internal sealed class XunitV2 : KnownFramework
{
    /// <inheritdoc/>
    public override string Name => "xunit v2";

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Runners => ["xunit.execution"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Assertions => ["xunit.assert"];

    /// <inheritdoc/>
    public override Exception? Failure(string message) => Create("Xunit.Sdk.XunitException", message);

    /// <inheritdoc/>
    public override Exception? Skipped(string reason) => Create("Xunit.Sdk.XunitException", $"Not run, and this version of xunit cannot skip a test that has begun: {reason}");

    /// <inheritdoc/>
    protected override bool IsRunning() => false;
}
