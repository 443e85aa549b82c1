namespace Instrumentation.Managed.Points;

/// <summary>A point on .NET methods.</summary>
/// <param name="Target">Which methods.</param>
internal sealed record MethodPoint(MethodTarget Target) : ProbePoint
{
    /// <summary>
    /// True to see every run of a state machine's MoveNext as a call: each resumption of an async method, each step of an iterator. False to see an async
    /// method's call until its task ends, and each enumeration of an iterator, as one.
    /// </summary>
    public bool EachResumption { get; init; }

    /// <inheritdoc/>
    public override string Describe() => EachResumption ? $"{Target.Describe()}, each resumption" : Target.Describe();
}
