using System.Diagnostics;
using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.RingBuffer;

/// <summary>Reads several rings on one thread of its own. Disposing stops the thread after a last look at every ring; the rings stay their owner's.</summary>
/// <typeparam name="THandler">Takes the records, always on the reader's thread.</typeparam>
internal sealed class RingReader<THandler> : IDisposable
    where THandler : IRingRecordHandler
{
    /// <summary>The shortest pause between two looks, in microseconds.</summary>
    public const int ShortestPause = 50;

    /// <summary>The longest pause, in microseconds: the latency of a record after a silence.</summary>
    public const int LongestPause = 4_000;

    // A reader that is woken looks at its rings by itself as often as this, in milliseconds, whatever the kernel says.
    private const int WakeUpLimit = 100;

    private readonly EventQueue _queue = new();
    private readonly RingWaiting _waiting;
    private readonly Thread _thread;
    private readonly Lock _lock = new();
    private (BpfRingBuffer Ring, int Number)[] _rings = [];
    private THandler _handler;
    private volatile bool _stopping;
    private int _disposed;

    /// <summary>Starts a reader without rings.</summary>
    /// <param name="handler">Takes the records. What it throws is kept in <see cref="Failure"/>, and reading goes on.</param>
    /// <param name="waiting">How it waits.</param>
    /// <param name="name">The thread's name.</param>
    /// <exception cref="KernelCallException">No descriptors are left.</exception>
    public RingReader(THandler handler, RingWaiting waiting = RingWaiting.Poll, string name = "Instrumentation rings")
    {
        _handler = handler;
        _waiting = waiting;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>The last exception of the handler; null while there was none.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Adds a ring.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="number">What the handler gets as its number.</param>
    /// <exception cref="KernelCallException">It cannot be waited on.</exception>
    public void Add(BpfRingBuffer ring, int number)
    {
        if (_waiting == RingWaiting.WakeUp)
        {
            _queue.Watch(ring.Handle);
        }

        lock (_lock)
        {
            _rings = [.. _rings, (ring, number)];
        }
    }

    /// <summary>Takes a ring out after a last look at it. When it returns, the ring is not read any more and may be disposed.</summary>
    /// <param name="ring">The ring.</param>
    public void Remove(BpfRingBuffer ring)
    {
        if (Thread.CurrentThread != _thread)
        {
            Flush([ring], TimeSpan.FromSeconds(1));
        }

        if (_waiting == RingWaiting.WakeUp)
        {
            _queue.Unwatch(ring.Handle);
        }

        // Rings are read under the lock: once it is held, no look is under way.
        lock (_lock)
        {
            _rings = [.. _rings.Where(entry => entry.Ring != ring)];
        }
    }

    /// <summary>Waits until all that was written before the call has been handed to the handler.</summary>
    /// <param name="limit">The longest wait.</param>
    /// <returns>False when the time was over before.</returns>
    public bool Flush(TimeSpan limit)
    {
        BpfRingBuffer[] rings;
        lock (_lock)
        {
            rings = [.. _rings.Select(static entry => entry.Ring)];
        }

        return Flush(rings, limit);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _stopping = true;
        _queue.Stop();
        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
            _queue.Dispose();
        }
    }

    private static bool Flush(BpfRingBuffer[] rings, TimeSpan limit)
    {
        Stopwatch watch = Stopwatch.StartNew();
        foreach ((BpfRingBuffer ring, ulong end) in Array.ConvertAll(rings, static ring => (ring, ring.ProducerPosition)))
        {
            while (ring.ConsumerPosition < end)
            {
                if (watch.Elapsed > limit)
                {
                    return false;
                }

                // The reader tells nobody of each look, since it has its own pace: it looks again within LongestPause at most. Bounded by the limit.
                Thread.Sleep(1);
            }
        }

        return true;
    }

    private void Run()
    {
        int pause = ShortestPause;
        while (!_stopping)
        {
            double fill = Pass();
            if (_waiting == RingWaiting.WakeUp && TryWaitForData(fill > 0 ? 0 : WakeUpLimit))
            {
                continue;
            }

            // A ring that was an eighth full gets the next look at once: a fast writer fills the rest in the time of a pause or two.
            if (fill < 0.125)
            {
                pause = fill > 0 ? Math.Max(ShortestPause, pause / 2) : Math.Min(LongestPause, pause * 2);
                _queue.Pause(pause);
            }
        }

        Pass();
    }

    private bool TryWaitForData(int milliseconds)
    {
        try
        {
            _queue.WaitForData(milliseconds);
            return true;
        }
        catch (KernelCallException failure)
        {
            // The reader goes on by looking at the rings: nothing is lost, it only comes later.
            Failure = failure;
            return false;
        }
    }

    // Looks at every ring once; returns how full the fullest was.
    private double Pass()
    {
        double fill = 0;
        lock (_lock)
        {
            foreach ((BpfRingBuffer ring, int number) in _rings)
            {
                fill = Math.Max(fill, (double)ring.PendingBytes / ring.Capacity);
                try
                {
                    ring.Consume(ref _handler, number);
                }
                catch (Exception failure)
                {
                    Failure = failure;
                }
            }
        }

        return fill;
    }
}
