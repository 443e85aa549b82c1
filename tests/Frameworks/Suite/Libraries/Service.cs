namespace Instrumentation.Frameworks.Libraries;

/// <summary>What pipelines call.</summary>
public sealed class Service
{
    private int _calls;

    /// <summary>Fails at first.</summary>
    /// <param name="name">The text of the case.</param>
    /// <param name="failures">How many calls fail.</param>
    /// <returns>The text.</returns>
    /// <exception cref="TimeoutException">One of the first calls.</exception>
    public async ValueTask<string> CallAsync(string name, int failures)
    {
        await Task.Yield();
        return Interlocked.Increment(ref _calls) <= failures ? throw new TimeoutException(name) : name;
    }

    /// <summary>Never ends by itself.</summary>
    /// <param name="name">The text of the case.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Nothing.</returns>
    public static async Task WaitAsync(string name, CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        GC.KeepAlive(name);
    }
}
