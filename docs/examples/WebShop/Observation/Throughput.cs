using System.Diagnostics;
using WebShop.Load;

namespace WebShop.Observation;

/// <summary>Measures how many requests a second are answered.</summary>
public sealed class Throughput(LoadGenerator load)
{
    /// <summary>Requests a second during a time from now.</summary>
    /// <param name="window">How long to look.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<double> MeasureAsync(TimeSpan window, CancellationToken cancellationToken)
    {
        long before = load.Completed;
        long start = Stopwatch.GetTimestamp();
        await Task.Delay(window, cancellationToken);
        return (load.Completed - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
