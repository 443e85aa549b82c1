namespace Instrumentation.Benchmarks.Ebpf;

/// <summary>A probe that counts calls.</summary>
internal sealed class FunctionCountFigure : FunctionFigure
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["ebpf.uprobe-count"];

    /// <inheritdoc/>
    protected override string Predicate => string.Empty;

    /// <inheritdoc/>
    protected override async Task<Func<long>> AttachAsync(InstrumentationSession session, ProbeSpec function)
    {
        AggregateHandle<CountSnapshot> handle = await session.AttachAsync(function.OnEntry().Count()).ConfigureAwait(false);
        return () => handle.Read().Total;
    }

    /// <inheritdoc/>
    protected override long Expected(long calls) => calls + 1;
}
