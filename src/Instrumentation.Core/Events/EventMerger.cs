namespace Instrumentation.Events;

/// <summary>
/// Brings the records of all threads and sources into one order by time. A hook sets its thread's guard before it takes the record's time and clears it
/// after the record is written, so a thread seen outside of its hooks can only add records with later times. A source's records are held for
/// <see cref="SourceFeed.Slack"/>. The earliest such time over all threads and sources is the watermark: what lies before it is complete and is delivered.
/// Used by one thread at a time.
/// </summary>
/// <remarks>
/// The window in which records are put in order is bounded by time, <see cref="Patience"/>, and by bytes, <see cref="HeldLimit"/>. What comes after its turn all the same
/// is delivered at once, behind records with later times, and the sink counts it: a record is never given another time, and never dropped for being late.
/// </remarks>
/// <param name="states">Gives the threads' states, and a number that changes with them.</param>
internal sealed class EventMerger(Func<int, (int Version, nint[]? States)> states) : IDisposable
{
    /// <summary>How much earlier than the look at its guard a thread counts as safe, in nanoseconds: its store of the guard may be seen late.</summary>
    public const long Slack = 50_000;

    /// <summary>After how many nanoseconds in one hook a thread no longer holds the stream.</summary>
    public const long Patience = 1_000_000_000;

    /// <summary>The held bytes from which no thread is waited for any more: late is better than lost.</summary>
    public const int HeldLimit = 64 * 1024 * 1024;

    // After this long without a round nothing is known of how long a thread has been in its hook.
    private const long Pause = 200_000_000;

    private readonly Dictionary<int, ProbeRuntime?> _probes = [];
    private readonly PriorityQueue<RecordFeed, long> _order = new();
    private readonly HashSet<IEventSink> _sinks = [];
    private ThreadFeed[] _threads = [];
    private SourceFeed[] _sources = [];
    private RecordFeed[] _feeds = [];
    private int _version = -1;
    private long _lastRound;
    private ProbeRuntime? _lastProbe;
    private long _orphans;
    private long _damages;
    private long _earlierDamages;

    /// <summary>Everything before this time has been delivered, as far as its thread was not given up on; nanoseconds.</summary>
    public long Watermark { get; private set; } = long.MinValue;

    /// <summary>Records whose probe had been removed: they came from a hook that outlasted the detach.</summary>
    public long Orphans => Volatile.Read(ref _orphans);

    /// <summary>Times that a ring's content made no sense and was dropped.</summary>
    public long Damages => Volatile.Read(ref _damages);

    /// <summary>Bytes that wait for their turn.</summary>
    public int HeldBytes { get; private set; }

    /// <summary>The threads' feeds.</summary>
    public IReadOnlyList<ThreadFeed> Feeds => _threads;

    /// <summary>The sources besides the threads; set before a round. What a source that is gone has left is still delivered.</summary>
    public IReadOnlyList<IRecordSource> Sources
    {
        get => [.. _sources.Select(static feed => feed.Source)];
        set
        {
            SourceFeed[] ended = Array.FindAll(_sources, feed => !value.Contains(feed.Source));
            Array.ForEach(ended, static feed => feed.End());
            _earlierDamages += ended.Where(static feed => !feed.HasRecords).Sum(static feed => feed.Damages);
            _sources =
            [
                .. _sources.Where(feed => feed.HasRecords || value.Contains(feed.Source)),
                .. value.Where(source => !Array.Exists(_sources, feed => feed.Source == source)).Select(static source => new SourceFeed(source)),
            ];
            _feeds = [.. _threads, .. _sources];
        }
    }

    /// <summary>Drains all rings and delivers what is complete.</summary>
    /// <returns>The bytes that were drained.</returns>
    public int Round()
    {
        long now = MonotonicClock.Now;
        Refresh();
        bool paused = now - _lastRound > Pause;
        _lastRound = now;
        int drained = 0;
        foreach (RecordFeed feed in _feeds)
        {
            if (paused)
            {
                feed.Rejoin();
            }

            drained += feed.Drain(now);
        }

        HeldBytes += drained;
        long patience = HeldBytes > HeldLimit ? 0 : Patience;
        long watermark = now - Slack;
        long damages = _earlierDamages;
        foreach (RecordFeed feed in _feeds)
        {
            damages += feed.Damages;
            bool givenUp = feed.InHookSince != long.MaxValue && now - feed.InHookSince >= patience;
            if (!givenUp)
            {
                watermark = Math.Min(watermark, feed.SafeTime);
            }
        }

        Volatile.Write(ref _damages, damages);
        watermark = Math.Max(Watermark, watermark);
        if (HeldBytes > 0)
        {
            // A time in the future is not one that a hook took; such a record must not block its thread for ever.
            Deliver(watermark, now + Patience);
        }

        Watermark = watermark;
        return drained;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (RecordFeed feed in _feeds)
        {
            feed.Dispose();
        }
    }

    private void Refresh()
    {
        (int version, nint[]? pointers) = states(_version);
        if (version == _version || pointers is null)
        {
            return;
        }

        _version = version;
        ThreadFeed[] feeds = new ThreadFeed[pointers.Length];
        _threads.CopyTo(feeds, 0);
        for (int i = _threads.Length; i < feeds.Length; i++)
        {
            feeds[i] = Feed(pointers[i]);
        }

        _threads = feeds;
        _feeds = [.. _threads, .. _sources];
    }

    private static unsafe ThreadFeed Feed(nint pointer)
    {
        // SAFETY: the pointer comes from the table of states, which are never freed.
        return new ThreadFeed((ThreadState*)pointer);
    }

    private void Deliver(long watermark, long future)
    {
        foreach (RecordFeed feed in _feeds)
        {
            Enqueue(feed, watermark, future);
        }

        int before = HeldBytes;
        try
        {
            while (_order.TryDequeue(out RecordFeed? feed, out _))
            {
                // One thread's run of records, until another thread's turn comes.
                long turn = _order.TryPeek(out _, out long next) ? Math.Min(next, watermark) : watermark;
                do
                {
                    try
                    {
                        DeliverFirst(feed, watermark);
                    }
                    finally
                    {
                        feed.Advance();
                    }
                }
                while (feed.HasRecords && feed.First.Timestamp <= turn);

                Enqueue(feed, watermark, future);
            }
        }
        finally
        {
            _order.Clear();
            _probes.Clear();
            _lastProbe = null;
            HeldBytes = 0;
            foreach (RecordFeed feed in _feeds)
            {
                HeldBytes += feed.HeldBytes;
            }

            foreach (IEventSink sink in _sinks)
            {
                sink.EndOfRound();
            }

            _sinks.Clear();
        }
    }

    private void Enqueue(RecordFeed feed, long watermark, long future)
    {
        if (feed.HasRecords && (feed.First.Timestamp <= watermark || feed.First.Timestamp > future))
        {
            _order.Enqueue(feed, feed.First.Timestamp);
        }
    }

    private void DeliverFirst(RecordFeed feed, long watermark)
    {
        int id = feed.First.ProbeId;
        ProbeRuntime? probe = _lastProbe;
        if (probe?.Id != id)
        {
            probe = Find(id);
        }

        if (probe?.Sink is not { } sink)
        {
            Volatile.Write(ref _orphans, _orphans + 1);
            return;
        }

        probe.Tally.CountDelivered(feed.FirstRecord.Length);
        sink.Deliver(probe, feed.FirstRecord, watermark);
    }

    private ProbeRuntime? Find(int id)
    {
        if (!_probes.TryGetValue(id, out ProbeRuntime? probe))
        {
            probe = ProbeSlots.FindById(id);
            _probes.Add(id, probe);
            if (probe?.Sink is { } sink)
            {
                _sinks.Add(sink);
            }
        }

        _lastProbe = probe;
        return probe;
    }
}
