using Instrumentation.Diagnostics;

namespace Instrumentation.Events;

/// <summary>
/// Drains all threads' rings on a thread of its own, for all sessions of the process. It starts with the first session and is gone when the
/// last one has been disposed. It polls while probes are attached that emit events, and sleeps otherwise.
/// </summary>
internal sealed class EventPump
{
    /// <summary>The name of the thread; short enough for the operating system to show it whole.</summary>
    public const string ThreadName = "instr-pump";

    // From this many bytes in a round the next one follows at once: rings fill faster than a wait is long.
    private const int FloodBytes = 32 * 1024;

    // While a round brings less than this the waits grow: at a thousand requests a second, waking the pump and the readers each millisecond costs more than all hooks.
    private const int BusyBytes = 16 * 1024;
    private const int BusyWait = 1;
    private const int LongestWait = 10;
    private const long EndedSearchInterval = 100_000_000;

    private readonly SemaphoreSlim _lifetime = new(1);
    private readonly Lock _gate = new();
    private readonly List<FlushRequest> _flushes = [];
    private readonly AutoResetEvent _wake = new(initialState: false);
    private IRecordSource[] _sources = [];
    private IRecordSource[] _known = [];
    private EventMerger? _merger;
    private Thread? _thread;
    private TaskCompletionSource? _ended;
    private int _sessions;
    private int _emitters;
    private volatile bool _stopping;
    private long _searchAt;
    private long _rounds;
    private long _failures;
    private long _busyNanoseconds;
    private long _drainedBytes;
    private long _earlierOrphans;
    private long _earlierDamages;

    /// <summary>The operating system's id of the thread; 0 while there is none.</summary>
    public static int ThreadId { get; private set; }

    /// <summary>The pump of this process.</summary>
    public static EventPump Shared { get; } = new();

    /// <summary>Times that a ring's content made no sense and was dropped, in this process.</summary>
    public long Damages => Volatile.Read(ref _earlierDamages) + (Volatile.Read(ref _merger)?.Damages ?? 0);

    /// <summary>Records whose probe had been removed before they came, in this process.</summary>
    public long Orphans => Volatile.Read(ref _earlierOrphans) + (Volatile.Read(ref _merger)?.Orphans ?? 0);

    /// <summary>Rounds so far, in this process.</summary>
    public long Rounds => Volatile.Read(ref _rounds);

    /// <summary>What the rounds in which there were records took in this process, in nanoseconds, and the bytes of these records.</summary>
    public (long Nanoseconds, long Bytes) Work => (Volatile.Read(ref _busyNanoseconds), Volatile.Read(ref _drainedBytes));

    /// <summary>Rounds that ended by an exception, in this process: out of memory, most likely.</summary>
    public long Failures => Volatile.Read(ref _failures);

    /// <summary>Starts the thread if this is the first session.</summary>
    /// <param name="cancellationToken">Ends the wait for a pump that is just stopping.</param>
    /// <returns>Completes when the thread runs.</returns>
    public async Task AcquireAsync(CancellationToken cancellationToken)
    {
        await _lifetime.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_sessions == 0)
            {
                Start();
            }

            _sessions++;
        }
        finally
        {
            _lifetime.Release();
        }
    }

    /// <summary>Stops and joins the thread if this was the last session.</summary>
    /// <returns>Completes when the thread is gone.</returns>
    public async Task ReleaseAsync()
    {
        await _lifetime.WaitAsync().ConfigureAwait(false);
        try
        {
            if (--_sessions == 0)
            {
                lock (_gate)
                {
                    _stopping = true;
                }

                _wake.Set();
                await _ended!.Task.ConfigureAwait(false);
                _thread!.Join();
                _thread = null;
            }
        }
        finally
        {
            _lifetime.Release();
        }
    }

    /// <summary>Tells that a probe which emits events is about to be attached.</summary>
    public void AddEmitter()
    {
        if (Interlocked.Increment(ref _emitters) == 1)
        {
            _wake.Set();
        }
    }

    /// <summary>Tells that a probe which emits events was detached.</summary>
    public void RemoveEmitter() => Interlocked.Decrement(ref _emitters);

    /// <summary>Drains a source from now on.</summary>
    /// <param name="source">The source.</param>
    public void AddSource(IRecordSource source)
    {
        lock (_gate)
        {
            Volatile.Write(ref _sources, [.. _sources, source]);
        }

        _wake.Set();
    }

    /// <summary>Drains a source no more. What it has by then is lost unless a flush went before.</summary>
    /// <param name="source">The source.</param>
    /// <returns>Completes when the source is not used any more.</returns>
    public Task RemoveSourceAsync(IRecordSource source)
    {
        lock (_gate)
        {
            Volatile.Write(ref _sources, [.. _sources.Where(other => other != source)]);
        }

        // The round that a flush waits for has begun after this.
        return FlushAsync();
    }

    /// <summary>Waits until everything that was committed before the call has been delivered. A thread that stays in a hook is waited for at most a second.</summary>
    /// <returns>Completes when it has been.</returns>
    public Task FlushAsync()
    {
        FlushRequest request = new(MonotonicClock.Now);
        lock (_gate)
        {
            if (_thread is null || _stopping)
            {
                return Task.CompletedTask;
            }

            _flushes.Add(request);
        }

        _wake.Set();
        return request.Done;
    }

    private void Start()
    {
        EventMerger merger = new(StatesSince);
        _known = [];
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread thread = new(() => Run(merger, ended)) { IsBackground = true, Name = ThreadName };
        lock (_gate)
        {
            _stopping = false;
            thread.UnsafeStart();
            _ended = ended;
            _thread = thread;
            Volatile.Write(ref _merger, merger);
        }
    }

    private void Run(EventMerger merger, TaskCompletionSource ended)
    {
        using (ThreadStates.Guard())
        {
            ThreadId = ThreadStates.ThreadIdSource();
            int wait = BusyWait;
            while (!_stopping)
            {
                int drained = TryRound(merger);
                bool flushing = AdvanceFlushes(merger.Watermark);
                wait = drained >= FloodBytes ? 0 : flushing || drained >= BusyBytes ? BusyWait : Math.Clamp(wait * 2, BusyWait, LongestWait);
                bool idle = Volatile.Read(ref _emitters) == 0 && merger.HeldBytes == 0 && drained == 0 && !flushing;
                _wake.WaitOne(idle ? Timeout.Infinite : wait);
            }

            End(merger);
            ThreadId = 0;
        }

        ended.SetResult();
    }

    private int TryRound(EventMerger merger)
    {
        try
        {
            Volatile.Write(ref _rounds, _rounds + 1);
            if (Volatile.Read(ref _sources) is var sources && sources != _known)
            {
                merger.Sources = _known = sources;
            }

            long began = MonotonicClock.Now;
            int drained = merger.Round();
            CountDelivery(drained, began);
            long now = MonotonicClock.Now;
            if (now >= _searchAt)
            {
                _searchAt = now + EndedSearchInterval;
                Recycle(merger);
            }

            return drained;
        }
        catch (Exception exception)
        {
            // The program that is observed must not end because its observer cannot go on.
            Interlocked.Increment(ref _failures);
            InstrumentationEventSource.Log.PumpFailed(exception.Message);
            return 0;
        }
    }

    private void CountDelivery(int drained, long began)
    {
        if (drained > 0)
        {
            Volatile.Write(ref _busyNanoseconds, _busyNanoseconds + MonotonicClock.Now - began);
            Volatile.Write(ref _drainedBytes, _drainedBytes + drained);
        }
    }

    private bool AdvanceFlushes(long watermark)
    {
        lock (_gate)
        {
            _flushes.RemoveAll(flush => flush.Advance(watermark));
            return _flushes.Count > 0;
        }
    }

    private void End(EventMerger merger)
    {
        lock (_gate)
        {
            _flushes.ForEach(static flush => flush.Abandon());
            _flushes.Clear();
            _earlierDamages += merger.Damages;
            _earlierOrphans += merger.Orphans;
            Volatile.Write(ref _merger, null);
        }

        merger.Dispose();
    }

    private static unsafe void Recycle(EventMerger merger)
    {
        ThreadStates.FindEnded();
        foreach (ThreadFeed feed in merger.Feeds)
        {
            // SAFETY: a state is never freed; Recycle leaves alone what has not ended or is not drained.
            if (Volatile.Read(ref feed.State->Ended) != 0)
            {
                ThreadStates.Recycle(feed.State);
            }
        }
    }

    private static (int Version, nint[]? States) StatesSince(int version)
    {
        int current = ThreadStates.Version;
        return (current, current == version ? null : ThreadStates.Snapshot());
    }
}
