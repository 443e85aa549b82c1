using System.Diagnostics;
using WebShop.Load;

namespace WebShop.Observation;

/// <summary>What one look at the load has shown.</summary>
/// <param name="RequestsPerSecond">Requests that were answered in a second.</param>
/// <param name="CpuPerRequest">Processor time of the whole process for one request, customers and readers of events included.</param>
public readonly record struct Window(double RequestsPerSecond, TimeSpan CpuPerRequest);

/// <summary>Measures how fast requests are answered, and what they cost.</summary>
public sealed class Throughput(LoadGenerator load)
{
    /// <summary>Looks at the load for a time from now.</summary>
    /// <param name="time">How long.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Window> MeasureAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        (long completed, TimeSpan cpu, long start) = (load.Completed, Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        await Task.Delay(time, cancellationToken);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        long requests = load.Completed - completed;
        return new Window(requests / elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu) / Math.Max(requests, 1));
    }
}
