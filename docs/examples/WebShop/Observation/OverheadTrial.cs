namespace WebShop.Observation;

/// <summary>
/// Measures in one run what observation costs: windows without and with probes take turns, so that what else the machine does falls on both.
/// </summary>
/// <param name="throughput">What is measured.</param>
/// <param name="observer">What is switched on and off.</param>
/// <param name="seconds">How long all windows take together.</param>
public sealed class OverheadTrial(Throughput throughput, ShopObserver observer, double seconds)
{
    private const double SecondsPerPair = 1.7;

    // After an attach the runtime compiles the changed methods anew, and optimizes them while they run: that is not part of a window. After a detach
    // the old code is back at once; only what was under way has to end.
    private static readonly TimeSpan SettleOn = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan SettleOff = TimeSpan.FromMilliseconds(300);

    private readonly int _pairs = PairsIn(seconds);
    private readonly List<Window> _off = [];
    private readonly List<Window> _on = [];

    /// <summary>The windows without probes.</summary>
    public IReadOnlyList<Window> Off => _off;

    /// <summary>The windows with probes.</summary>
    public IReadOnlyList<Window> On => _on;

    /// <summary>The window after the last detach.</summary>
    public Window After { get; private set; }

    /// <summary>What goes on, in words.</summary>
    public string Phase { get; private set; } = "starting";

    /// <summary>How much throughput the probes cost, in percent of the throughput without them. Noise can make it negative.</summary>
    public double OverheadPercent => _on.Count == 0 ? 0 : 100 * (1 - (Median(_on).RequestsPerSecond / Median(_off).RequestsPerSecond));

    /// <summary>The middle of each number.</summary>
    /// <param name="windows">One window or more.</param>
    public static Window Median(IReadOnlyList<Window> windows) => new(
        MiddleOf(windows.Select(window => window.RequestsPerSecond)),
        TimeSpan.FromTicks((long)MiddleOf(windows.Select(window => (double)window.CpuPerRequest.Ticks))));

    /// <summary>Runs all windows. Nothing is attached at the end.</summary>
    /// <param name="cancellationToken">Ends the trial.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (int pair = 1; pair <= _pairs; pair++)
        {
            Phase = $"probes off {pair}/{_pairs}";
            _off.Add(await MeasureAsync(SettleOff, cancellationToken));
            Phase = "attaching";
            await observer.AttachAsync(cancellationToken);
            Phase = $"probes on {pair}/{_pairs}";
            _on.Add(await MeasureAsync(SettleOn, cancellationToken));
            Phase = "detaching";
            await observer.DetachAsync();
        }
    }

    /// <summary>Measures once more, now that nothing is attached.</summary>
    /// <param name="settled">Called when the measurement begins.</param>
    /// <param name="cancellationToken">Ends the trial.</param>
    public async Task RunDetachedAsync(Action settled, CancellationToken cancellationToken)
    {
        Phase = "detached";
        await Task.Delay(SettleOff, cancellationToken);
        settled();
        After = await throughput.MeasureAsync(TimeSpan.FromSeconds(1), cancellationToken);
    }

    private static int PairsIn(double seconds) => Math.Clamp((int)Math.Round(seconds / SecondsPerPair), 3, 20);

    private static double MiddleOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private async Task<Window> MeasureAsync(TimeSpan settle, CancellationToken cancellationToken)
    {
        await Task.Delay(settle, cancellationToken);
        return await throughput.MeasureAsync(TimeSpan.FromSeconds(seconds / (2 * _pairs)), cancellationToken);
    }
}
