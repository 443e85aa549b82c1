using System.Diagnostics;

namespace Instrumentation.Managed.Tests.Governor;

/// <summary>Calls at a steady rate. What a busy machine has held up is not made up for: that would be a burst.</summary>
internal static class SteadyLoad
{
    private const double MostBehind = 5;

    /// <summary>Calls for a while, or until it is to stop.</summary>
    public static Task RunAsync(TimeSpan time, int perMillisecond, Action<int> call, CancellationToken stop = default) => Task.Run(
        () =>
        {
            Stopwatch watch = Stopwatch.StartNew();
            double due = 0;
            for (int i = 0; watch.Elapsed < time && !stop.IsCancellationRequested; i++)
            {
                while (due > watch.Elapsed.TotalMilliseconds)
                {
                    Thread.Sleep(1);
                }

                due = Math.Max(due + (1.0 / perMillisecond), watch.Elapsed.TotalMilliseconds - MostBehind);
                call(i);
            }
        },
        CancellationToken.None);
}
