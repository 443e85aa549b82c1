namespace Instrumentation.Testing.Frameworks;

/// <summary>MSTest.</summary>
internal sealed class MSTest : KnownFramework
{
    /// <inheritdoc/>
    public override string Name => "MSTest";

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Runners => ["MSTest.TestAdapter", "MSTestAdapter.PlatformServices", "Microsoft.VisualStudio.TestPlatform.MSTest.TestAdapter"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Assertions => ["MSTest.TestFramework", "Microsoft.VisualStudio.TestPlatform.TestFramework"];

    /// <inheritdoc/>
    public override Exception? Failure(string message) => Create("Microsoft.VisualStudio.TestTools.UnitTesting.AssertFailedException", message);

    /// <inheritdoc/>
    public override Exception? Skipped(string reason) => Create("Microsoft.VisualStudio.TestTools.UnitTesting.AssertInconclusiveException", reason);

    /// <inheritdoc/>
    protected override bool IsRunning() => Assertions.Any(static assembly => StaticValue(assembly, "Microsoft.VisualStudio.TestTools.UnitTesting.TestContext", "Current") is not null);
}
