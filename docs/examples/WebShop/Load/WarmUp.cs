using System.Runtime;

namespace WebShop.Load;

/// <summary>
/// Waits until the program has found its pace: the runtime compiles code that runs often again, better, and as long as it is busy with that, throughput
/// says nothing.
/// </summary>
/// <param name="load">The customers.</param>
public sealed class WarmUp(LoadGenerator load)
{
    private const int LeastSeconds = 2;
    private const int MostSeconds = 8;
    private const long CalmMethodsPerSecond = 60;

    /// <summary>Waits.</summary>
    /// <param name="report">Takes requests and methods compiled, each second.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task RunAsync(Action<long, long> report, CancellationToken cancellationToken)
    {
        long compiled = long.MaxValue;
        for (int second = 1; second <= MostSeconds && (second <= LeastSeconds || compiled > CalmMethodsPerSecond); second++)
        {
            (long requests, long methods) = (load.Completed, JitInfo.GetCompiledMethodCount());
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            compiled = JitInfo.GetCompiledMethodCount() - methods;
            report(load.Completed - requests, compiled);
        }
    }
}
