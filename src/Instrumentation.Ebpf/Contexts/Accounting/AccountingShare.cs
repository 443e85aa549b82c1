using Instrumentation.Backends;

namespace Instrumentation.Ebpf.Contexts.Accounting;

/// <summary>A session's share in the accounting of the process.</summary>
/// <param name="accounting">The accounting, of which a share was taken.</param>
internal sealed class AccountingShare(KernelAccounting accounting) : IAccountingSource
{
    private int _disposed;

    /// <inheritdoc/>
    public IReadOnlyList<CoverageGap> Gaps => accounting.Gaps;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            KernelAccounting.Release();
        }

        return ValueTask.CompletedTask;
    }
}
