namespace Instrumentation.Benchmarks.Ebpf;

/// <summary>A probe whose condition is false.</summary>
internal sealed class FunctionFilterFigure : FunctionFigure
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["ebpf.filter"];

    /// <inheritdoc/>
    protected override string Predicate => $" && arg0 == {Never}";

    /// <inheritdoc/>
    protected override async Task<Func<long>> AttachAsync(InstrumentationSession session, ProbeSpec function)
    {
        ProbeHandle handle = await session
            .AttachAsync(function.OnEntry().When(c => c.Arg<long>(0) == Never).Capture(c => new { Value = c.Arg<long>(0) }))
            .ConfigureAwait(false);
        return () => handle.Statistics.Passed;
    }

    /// <inheritdoc/>
    protected override long Expected(long calls) => 1;
}
