namespace Instrumentation.Backends;

/// <summary>What a backend counts the totals of threads with (<see cref="Spans.ThreadContext.Totals"/>). Disposing ends the counting.</summary>
internal interface IAccountingSource : IAsyncDisposable
{
    /// <summary>What is not counted, and why.</summary>
    IReadOnlyList<CoverageGap> Gaps { get; }
}
