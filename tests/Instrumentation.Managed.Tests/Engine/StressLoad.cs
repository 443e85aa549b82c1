using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>
/// Threads that call in cycles: without end until the test gathers them, then so many times between two meetings with the test. One more thread collects garbage.
/// </summary>
internal sealed class StressLoad : IDisposable
{
    private const int MixEvery = 16;
    private const int FreeBatch = 250;

    private readonly int _callsPerCycle;
    private readonly int _cycles;
    private readonly Barrier _barrier;
    private readonly List<Thread> _threads = [];
    private volatile bool _stop;
    private volatile bool _gather;
    private long _calls;
    private int _collections;

    /// <summary>Prepares the threads.</summary>
    public StressLoad(int threads, int callsPerCycle, int cycles)
    {
        _callsPerCycle = callsPerCycle;
        _cycles = cycles;
        _barrier = new Barrier(threads + 1);
        for (int i = 0; i < threads; i++)
        {
            _threads.Add(new Thread(Guarded(Call)) { IsBackground = true });
        }

        _threads.Add(new Thread(Guarded(Collect)) { IsBackground = true });
    }

    /// <summary>The calls that all threads together have made; only between meetings, where they stand still.</summary>
    public long Calls => Interlocked.Read(ref _calls);

    /// <summary>The calls that all threads make between the second and the third meeting of a cycle.</summary>
    public long CallsBetweenMeetings => (long)(_threads.Count - 1) * _callsPerCycle;

    /// <summary>What went wrong on a thread, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Collections so far.</summary>
    public int Collections => Volatile.Read(ref _collections);

    /// <summary>Starts the threads.</summary>
    public void Start() => _threads.ForEach(static thread => thread.Start());

    /// <summary>Ends the free calls and meets all threads: the first meeting of a cycle.</summary>
    public void Gather()
    {
        _gather = true;
        Meet();
        _gather = false;
    }

    /// <summary>Meets all threads: the second, third and fourth time in a cycle. Between the first and the second, and the third and the fourth, they stand still.</summary>
    public void Meet() => Assert.True(_barrier.SignalAndWait(Watch.Limit), $"a thread stands still: {Failure}");

    /// <summary>Waits for the threads, which have ended their last cycle.</summary>
    public void Join()
    {
        _stop = true;
        Assert.All(_threads, static thread => Assert.True(thread.Join(Watch.Limit)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop = true;
        _barrier.Dispose();
    }

    private static void CallCounted(int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            if (Busy.Counted(i) != i * 3)
            {
                throw new InvalidOperationException($"Counted({i}) gave a wrong result");
            }

            if (i % MixEvery == 0 && Busy.Mix(i, "text") != i + 4)
            {
                throw new InvalidOperationException($"Mix({i}) gave a wrong result");
            }
        }
    }

    private void Call()
    {
        for (int cycle = 0; cycle < _cycles && !_stop; cycle++)
        {
            long free = 0;
            do
            {
                CallCounted(FreeBatch);
                free += FreeBatch;

                // There are more threads than processors: without it the test would seldom have one.
                Thread.Yield();
            }
            while (!_gather && !_stop);

            Interlocked.Add(ref _calls, free);
            _barrier.SignalAndWait(Watch.Limit);
            _barrier.SignalAndWait(Watch.Limit);
            CallCounted(_callsPerCycle);
            Interlocked.Add(ref _calls, _callsPerCycle);
            _barrier.SignalAndWait(Watch.Limit);
            _barrier.SignalAndWait(Watch.Limit);
        }
    }

    private void Collect()
    {
        while (!_stop)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            Volatile.Write(ref _collections, _collections + 1);
            Thread.Sleep(20);
        }
    }

    private ThreadStart Guarded(Action run) => () =>
    {
        try
        {
            run();
        }
        catch (Exception error) when (error is not ObjectDisposedException)
        {
            Failure = error;
        }
    };
}
