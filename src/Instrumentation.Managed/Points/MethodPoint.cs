namespace Instrumentation.Managed.Points;

/// <summary>A point on .NET methods.</summary>
/// <param name="Target">Which methods.</param>
internal sealed record MethodPoint(MethodTarget Target) : ProbePoint
{
    /// <inheritdoc/>
    public override string Describe() => Target.Describe();
}
