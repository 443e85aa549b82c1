using Instrumentation;

namespace WebShop.Observation;

/// <summary>Keeps the slowest requests of a time with all that they caused.</summary>
public sealed class SlowestRequests
{
    private const int Kept = 20;

    private readonly SpanTrees _trees = new();
    private readonly PriorityQueue<SpanNode, long> _slowest = new();

    /// <summary>How many requests ended in the time.</summary>
    public long Seen { get; private set; }

    /// <summary>Events that found no place in a tree.</summary>
    public long Dropped => _trees.Dropped;

    /// <summary>From when on requests are kept; <see cref="long.MaxValue"/> for not yet. Nanoseconds of CLOCK_MONOTONIC.</summary>
    public long From { get; set; } = long.MaxValue;

    /// <summary>Until when; what ends later is not kept.</summary>
    public long Until { get; set; } = long.MaxValue;

    /// <summary>Takes the next event.</summary>
    public void Add(ProbeEvent e)
    {
        if (_trees.Add(e) is not { } tree || tree.Event.Probe != ShopProbes.Requests.Label || tree.Start < From || tree.End > Until)
        {
            return;
        }

        Seen++;
        _slowest.Enqueue(tree, tree.End - tree.Start);
        if (_slowest.Count > Kept)
        {
            _slowest.Dequeue();
        }
    }

    /// <summary>The slowest, the slowest first, as bars of a waterfall.</summary>
    public IReadOnlyList<ReportSpan> Bars() =>
        [.. _slowest.UnorderedItems.OrderByDescending(static item => item.Priority).Select(static item => ReportSpan.Of(item.Element, Adapt))];

    private static ReportSpan Adapt(ProbeEvent e, ReportSpan bar) => e.Probe switch
    {
        KernelProbes.Native => bar with { Name = bar.Name[(bar.Name.LastIndexOf('!') + 1)..], Kind = ReportKind.Native },
        KernelProbes.Wait => bar with { Name = $"waits: {Words(e.Fields["Reason"])}", Kind = ReportKind.Wait },
        KernelProbes.Syscall => bar with { Name = bar.Name[(bar.Name.LastIndexOf(' ') + 1)..], Kind = ReportKind.Kernel, Failed = e.Fields["Result"] is < 0L },
        _ when e.Probe == ShopProbes.Requests.Label => bar with { Name = RouteOf(e), Detail = e.Fields["Path"] as string ?? "", Failed = e.Failed || e.Fields["Status"] is >= 500 },
        _ when e.Probe == ShopProbes.SqlSpans.Label => bar with { Name = "SQL", Kind = ReportKind.Sql, Detail = e.Fields["Text"] as string ?? "" },
        _ => bar with { Name = Display.Texts.ShortMethod(bar.Name) },
    };

    private static string RouteOf(ProbeEvent e) => $"{e.Fields["Method"]} {e.Fields["Route"] ?? e.Fields["Path"]} {e.Fields["Status"]}";

    private static string Words(object? reason) => reason switch
    {
        OffCpuReason.Preempted => "for a processor",
        OffCpuReason.Lock => "lock or signal",
        OffCpuReason.File => "file",
        OffCpuReason.Network => "network",
        OffCpuReason.Sleep => "sleeping",
        OffCpuReason.Fault => "page fault",
        _ => "other",
    };
}
