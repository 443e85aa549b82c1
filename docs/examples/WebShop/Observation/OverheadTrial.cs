namespace WebShop.Observation;

/// <summary>
/// Measures in one run what observation costs: windows without and with probes take turns, so that what else the machine does falls on both.
/// </summary>
/// <param name="throughput">What is measured.</param>
/// <param name="observer">What is switched on and off.</param>
/// <param name="seconds">How long all windows take together.</param>
public sealed class OverheadTrial(Throughput throughput, ShopObserver observer, double seconds)
{
    /// <summary>The runtime compiles changed methods anew, and optimizes them while they run: that is not part of a window.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(400);

    private readonly TimeSpan _window = TimeSpan.FromSeconds(seconds / (2 * Pairs(seconds)));
    private readonly List<double> _off = [];
    private readonly List<double> _on = [];

    /// <summary>Requests a second in each window without probes.</summary>
    public IReadOnlyList<double> Off => _off;

    /// <summary>Requests a second in each window with probes.</summary>
    public IReadOnlyList<double> On => _on;

    /// <summary>Requests a second after the last detach; 0 until then.</summary>
    public double After { get; private set; }

    /// <summary>What goes on, in words.</summary>
    public string Phase { get; private set; } = "starting";

    /// <summary>How much throughput the probes cost, in percent of the throughput without them. Noise can make it negative.</summary>
    public double OverheadPercent => _on.Count == 0 ? 0 : 100 * (1 - (Median(_on) / Median(_off)));

    /// <summary>The middle value.</summary>
    public static double Median(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? 0 : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Runs all windows. Nothing is attached at the end.</summary>
    /// <param name="cancellationToken">Ends the trial.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        int pairs = Pairs(seconds);
        for (int pair = 1; pair <= pairs; pair++)
        {
            Phase = $"probes off {pair}/{pairs}";
            _off.Add(await MeasureAsync(cancellationToken));
            Phase = $"probes on {pair}/{pairs}";
            await observer.AttachAsync(cancellationToken);
            _on.Add(await MeasureAsync(cancellationToken));
            await observer.DetachAsync();
        }

        Phase = "detached";
    }

    /// <summary>Measures once more, now that nothing is attached.</summary>
    /// <param name="cancellationToken">Ends the measurement.</param>
    public async Task MeasureAfterAsync(CancellationToken cancellationToken) =>
        After = await throughput.MeasureAsync(_window, cancellationToken);

    private static int Pairs(double seconds) => Math.Clamp((int)(seconds / 2), 3, 6);

    private async Task<double> MeasureAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Settle, cancellationToken);
        return await throughput.MeasureAsync(_window, cancellationToken);
    }
}
