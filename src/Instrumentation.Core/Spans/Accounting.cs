using Instrumentation.Backends;

namespace Instrumentation;

/// <summary>
/// While it lives, what the kernel does for each thread of this process is counted, and spans have it as their totals (<see cref="ProbeEvent.Totals"/>): system calls, waits by what for, page faults,
/// bytes. Disposing it ends the counting, unless another session still wants it.
/// </summary>
public sealed class Accounting : IAsyncDisposable
{
    private readonly IAccountingSource _source;
    private readonly Lock _gate = new();
    private Task? _ending;

    /// <summary>Takes over what a backend counts with.</summary>
    /// <param name="source">What counts.</param>
    internal Accounting(IAccountingSource source) => _source = source;

    /// <summary>What is not counted on this machine, and why.</summary>
    public IReadOnlyList<CoverageGap> Gaps => _source.Gaps;

    /// <summary>Ends the counting. Disposing again waits for the same end.</summary>
    /// <returns>Completes when it has ended.</returns>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            return new ValueTask(_ending ??= _source.DisposeAsync().AsTask());
        }
    }
}
