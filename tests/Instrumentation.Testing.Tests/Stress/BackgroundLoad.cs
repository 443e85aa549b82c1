namespace Instrumentation.Testing.Tests.Stress;

/// <summary>Threads that no recorder's flow reaches, and that do the same over and over until they are disposed.</summary>
internal sealed class BackgroundLoad : IDisposable
{
    private readonly Thread[] _threads;
    private volatile bool _stop;
    private volatile Exception? _error;
    private long _rounds;

    /// <summary>Starts the threads.</summary>
    /// <param name="count">How many.</param>
    /// <param name="body">What they do; gets the thread's number.</param>
    public BackgroundLoad(int count, Action<int> body)
    {
        _threads = [.. Enumerable.Range(0, count).Select(number => new Thread(() => Run(() => body(number))) { IsBackground = true })];
        using AsyncFlowControl suppressed = ExecutionContext.SuppressFlow();
        foreach (Thread thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>How often the body has run.</summary>
    public long Rounds => Interlocked.Read(ref _rounds);

    /// <summary>Ends the threads, and throws what they have thrown.</summary>
    public void Dispose()
    {
        _stop = true;
        foreach (Thread thread in _threads)
        {
            Assert.True(thread.Join(TimeSpan.FromSeconds(30)), "A thread of the load hangs.");
        }

        Assert.Null(_error);
    }

    private void Run(Action body)
    {
        try
        {
            while (!_stop)
            {
                body();
                Interlocked.Increment(ref _rounds);
            }
        }
        catch (Exception error)
        {
            _error = error;
        }
    }
}
