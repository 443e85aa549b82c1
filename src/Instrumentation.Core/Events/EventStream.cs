using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Instrumentation.Events;

namespace Instrumentation;

/// <summary>
/// All events of a session, from all threads and kinds of probes, in the order of their times. Each enumeration is a subscription of its own
/// that sees what comes from then on; the first one to which a waiting event belongs gets the backlog first. Nobody who reads slowly holds up the
/// program: what does not fit a reader's buffer is lost to it and counted in <see cref="Loss"/>. When the session is disposed, enumerations
/// end after the last event.
/// </summary>
/// <remarks>
/// All records, of .NET methods and of the kernel, have their times from one clock, CLOCK_MONOTONIC, and are held until nothing earlier can come: records of .NET methods until every
/// thread was seen outside of the library, records of the kernel for a millisecond besides, since processors write them out of order. The wait is bounded: after a second, or
/// when 64 MB are held, a thread that stands still amid a record is not waited for any more. What comes after its turn is delivered all the same, behind events with
/// later times, and counted as late (<see cref="EventLoss.Late"/>): as long as that is 0, times never go back.
/// </remarks>
public sealed class EventStream : IAsyncEnumerable<ProbeEvent>, IEventSink
{
    private readonly InstrumentationOptions _options;
    private readonly Lock _gate = new();
    private readonly LossLedger _ledger = new();
    private readonly ProbeDirectory _directory = new();
    private readonly EventBacklog _backlog;
    private readonly List<EventSubscription> _subscriptions = [];
    private long _lastTimestamp = long.MinValue;
    private long _delivered;
    private bool _inRound;
    private bool _completed;

    /// <summary>Makes the stream of a session.</summary>
    /// <param name="options">The session's options.</param>
    internal EventStream(InstrumentationOptions options)
    {
        _options = options;
        _backlog = new EventBacklog(options.BacklogBytes);
    }

    /// <summary>What was lost so far, by probe and by thread, and why.</summary>
    public EventLoss Loss => _ledger.Read(EventPump.Shared.Damages);

    /// <summary>Bytes of events that wait for a first reader.</summary>
    public int BacklogBytes
    {
        get
        {
            lock (_gate)
            {
                return _backlog.Length;
            }
        }
    }

    /// <summary>Records that came out of the pump.</summary>
    internal long Delivered => Volatile.Read(ref _delivered);

    /// <summary>Subscribes to all events.</summary>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The subscription; disposing it ends it.</returns>
    public IAsyncEnumerator<ProbeEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new EventEnumerator(this, Subscribe(null), cancellationToken);

    /// <summary>
    /// Subscribes to the binary records of all events, for readers that decode or forward them themselves. Completing the reader ends the
    /// subscription. All numbers are little-endian.
    /// </summary>
    /// <remarks>
    /// A record: int32 length of the whole record, a multiple of 8; int32 probe number; int64 timestamp and int64 duration in nanoseconds;
    /// int32 thread id; int32 site number; byte edge (<see cref="ProbeEdge"/>); byte flags (1 suspended, 2 failed, 4 cancelled, 8 truncated, 16 stopped, 32 kernel, 64 extended);
    /// uint16 number of the capture; uint32 bits of faulted fields; int64 number of the span or suspended call, and of a kernel record the process id and in the upper half the processor;
    /// int64 number of the span that it happened in: 56 bytes. An extended record goes on with int32 bytes of the extension and int32 parts: 1 activity (16 bytes trace id, 8 bytes span id),
    /// 2 totals (<see cref="SpanTotals"/>, 16 times int64). Then the fields of the capture in order, as <see cref="FieldKind"/> says.
    /// <see cref="TryRead"/> makes an event of a record.
    /// </remarks>
    /// <returns>The reader, of which each read gives whole records.</returns>
    public PipeReader OpenRecordReader() => Subscribe(null).Reader;

    /// <summary>Takes the first record of a buffer and makes an event of it.</summary>
    /// <param name="records">What <see cref="OpenRecordReader"/> gave; the record is cut off its front.</param>
    /// <param name="result">The event.</param>
    /// <returns>False when the buffer holds no whole record.</returns>
    public bool TryRead(ref ReadOnlySequence<byte> records, [NotNullWhen(true)] out ProbeEvent? result)
    {
        result = null;
        if (records.Length < EventRecordHeader.Size)
        {
            return false;
        }

        // Records are written contiguously, so only a buffer that somebody else has put together takes the copies.
        ReadOnlySpan<byte> first = records.FirstSpan.Length >= EventRecordHeader.Size ? records.FirstSpan : records.Slice(0, EventRecordHeader.Size).ToArray();
        EventRecordHeader header = Unsafe.ReadUnaligned<EventRecordHeader>(in first[0]);
        if (header.Length < EventRecordHeader.Size || header.Length > records.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> record = first.Length >= header.Length ? first[..header.Length] : records.Slice(0, header.Length).ToArray();
        result = new ProbeEvent(_directory.Find(header.ProbeId), record);
        records = records.Slice(header.Length);
        return true;
    }

    /// <summary>Takes up a probe, before its first event.</summary>
    /// <param name="runtime">The probe, with its slot.</param>
    internal void Begin(ProbeRuntime runtime)
    {
        _directory.Add(runtime);
        _ledger.Add(runtime);
        runtime.Sink = this;
    }

    /// <summary>Ends the enumerations of a probe's own events after its last one; to be called between the flush and the removal.</summary>
    /// <param name="runtime">The probe.</param>
    internal void End(ProbeRuntime runtime)
    {
        _ledger.Retire(runtime);
        lock (_gate)
        {
            runtime.Tally.Ended = true;
            _subscriptions.FindAll(subscription => subscription.Probe == runtime).ForEach(static subscription => subscription.Complete());
            _directory.Retire(runtime, _subscriptions, _backlog);
        }
    }

    /// <summary>Ends all enumerations after the last event.</summary>
    internal void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            _subscriptions.ForEach(static subscription => subscription.Complete());
        }
    }

    /// <summary>Adds a reader, and gives it what waits for it.</summary>
    /// <param name="probe">The only probe whose events it wants; null for all.</param>
    /// <returns>The subscription.</returns>
    internal EventSubscription Subscribe(ProbeRuntime? probe)
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        EventSubscription subscription = new(this, probe, _options.ReaderBufferBytes);
        lock (_gate)
        {
            _backlog.MoveTo(probe, record => Offer(subscription, record));
            subscription.Flush();
            if (_completed || probe is { Tally.Ended: true })
            {
                subscription.Complete();
            }
            else
            {
                _subscriptions.Add(subscription);
            }
        }

        return subscription;
    }

    /// <summary>Removes a reader; what it has not read is dropped.</summary>
    /// <param name="subscription">The subscription.</param>
    internal void Unsubscribe(EventSubscription subscription)
    {
        lock (_gate)
        {
            _subscriptions.Remove(subscription);
            subscription.Complete();
        }
    }

    /// <inheritdoc/>
    void IEventSink.Deliver(ProbeRuntime probe, ReadOnlySpan<byte> record, long watermark)
    {
        if (!_inRound)
        {
            _gate.Enter();
            _inRound = true;
        }

        ref readonly EventRecordHeader header = ref Unsafe.As<byte, EventRecordHeader>(ref Unsafe.AsRef(in record[0]));
        if (header.Timestamp < _lastTimestamp || header.Timestamp > watermark)
        {
            // A time in the future is none that the next records could be compared with.

            probe.Tally.CountLate();
        }
        else
        {
            _lastTimestamp = header.Timestamp;
        }

        Volatile.Write(ref _delivered, _delivered + 1);
        bool wanted = false;
        foreach (EventSubscription subscription in _subscriptions)
        {
            if (subscription.Probe is null || subscription.Probe == probe)
            {
                wanted = true;
                Offer(subscription, probe, record);
            }
        }

        if (!wanted && !_backlog.Add(record))
        {
            probe.Tally.CountUnread();
            _ledger.CountThread(header.ThreadId);
        }
    }

    /// <inheritdoc/>
    void IEventSink.EndOfRound()
    {
        if (_inRound)
        {
            foreach (EventSubscription subscription in _subscriptions)
            {
                subscription.Flush();
            }

            _inRound = false;
            _gate.Exit();
        }
    }

    private void Offer(EventSubscription subscription, ReadOnlySpan<byte> record)
    {
        if (_directory.Find(Unsafe.ReadUnaligned<EventRecordHeader>(in record[0]).ProbeId) is { } probe)
        {
            Offer(subscription, probe, record);
        }
    }

    private void Offer(EventSubscription subscription, ProbeRuntime probe, ReadOnlySpan<byte> record)
    {
        if (!subscription.Offer(record))
        {
            probe.Tally.CountReaderTooSlow();
            _ledger.CountThread(Unsafe.ReadUnaligned<EventRecordHeader>(in record[0]).ThreadId);
        }
    }
}
