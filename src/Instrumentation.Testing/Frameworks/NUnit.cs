namespace Instrumentation.Testing.Frameworks;

/// <summary>NUnit, version 3 or later.</summary>
internal sealed class NUnit : KnownFramework
{
    /// <inheritdoc/>
    public override string Name => "NUnit";

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Runners => ["NUnit3.TestAdapter", "nunit.engine", "nunitlite"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Assertions => ["nunit.framework"];

    /// <inheritdoc/>
    public override Exception? Failure(string message) => Create("NUnit.Framework.AssertionException", message);

    /// <inheritdoc/>
    public override Exception? Skipped(string reason) => Create("NUnit.Framework.IgnoreException", reason);

    /// <inheritdoc/>
    /// <remarks>Outside of its tests NUnit gives a context of a type of its own.</remarks>
    protected override bool IsRunning() =>
        StaticValue("nunit.framework", "NUnit.Framework.Internal.TestExecutionContext", "CurrentContext") is { } context && !context.GetType().Name.StartsWith("Adhoc", StringComparison.Ordinal);
}
