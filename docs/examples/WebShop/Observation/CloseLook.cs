using System.Diagnostics;
using Instrumentation;

namespace WebShop.Observation;

/// <summary>
/// Looks closely for a while: every method of the shop and every SQL command as a span, and below them SQLite's functions, system calls and waits. Without the
/// rights for the kernel's part the rest is done.
/// </summary>
/// <param name="session">What attaches.</param>
/// <param name="picture">What the events are added up in.</param>
public sealed class CloseLook(InstrumentationSession session, ShopPicture picture)
{
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(800);

    private readonly List<ProbeHandle> _managed = [];
    private readonly List<ProbeHandle> _kernel = [];
    private AggregateHandle<StackProfile>? _onCpu;
    private AggregateHandle<StackProfile>? _offCpu;

    /// <summary>What the kernel's part lacks, in one line; null when it is there.</summary>
    public string? Missing { get; private set; }

    /// <summary>All probes of the look.</summary>
    public IReadOnlyList<ProbeHandle> Probes => [.. _managed, .. _kernel];

    /// <summary>Stacks on the processor; null without rights.</summary>
    public StackProfile? OnCpu { get; private set; }

    /// <summary>Stacks at which threads waited; null without rights.</summary>
    public StackProfile? OffCpu { get; private set; }

    /// <summary>Looks.</summary>
    /// <param name="time">How long, after everything is attached.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public async Task RunAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        Accounting? accounting = await AccountAsync(cancellationToken);

        // The spans are there before the first event that asks for one, and go after the last.
        _managed.Add(await session.AttachAsync(ShopProbes.Requests, cancellationToken));
        _managed.Add(await session.AttachAsync(ShopProbes.Methods, cancellationToken));
        _managed.Add(await session.AttachAsync(ShopProbes.SqlSpans, cancellationToken));
        await Task.Delay(Settle, cancellationToken);
        await AttachKernelAsync(cancellationToken);
        long from = Stopwatch.GetTimestamp();
        picture.BeginLook(from);
        await Task.Delay(time, cancellationToken);
        picture.EndLook(Stopwatch.GetTimestamp());
        await DetachAsync();
        if (accounting is not null)
        {
            await accounting.DisposeAsync();
        }
    }

    // So that each span says what the kernel did for it.
    private async Task<Accounting?> AccountAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await session.AccountAsync(cancellationToken);
        }
        catch (InstrumentationException lacking)
        {
            Missing = KernelPart.Describe(lacking);
            return null;
        }
    }

    private async Task AttachKernelAsync(CancellationToken cancellationToken)
    {
        try
        {
            ProbeSpec[] specs = [.. KernelProbes.Functions, .. KernelProbes.SystemCalls, KernelProbes.Waits];
            _kernel.AddRange(await Task.WhenAll(specs.Select(spec => session.AttachAsync(spec, cancellationToken))));
            _kernel.Add(_offCpu = await session.AttachAsync(KernelProbes.OffCpu, cancellationToken));
            _kernel.Add(_onCpu = await session.AttachAsync(KernelProbes.OnCpu, cancellationToken));
        }
        catch (InstrumentationException lacking)
        {
            Missing = KernelPart.Describe(lacking);
        }
    }

    private async Task DetachAsync()
    {
        await Task.WhenAll(_kernel.Select(static handle => handle.DisposeAsync().AsTask()));
        await Task.WhenAll(_managed.Select(static handle => handle.DisposeAsync().AsTask()));

        OnCpu = _onCpu?.Read();
        OffCpu = _offCpu?.Read();
    }
}
