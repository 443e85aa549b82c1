using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Instrumentation.Ebpf.RingBuffer;
using Instrumentation.Events;

namespace Instrumentation.Ebpf.Backend;

/// <summary>
/// The process's one ring for the records of all its kernel probes, which the pump drains. It exists while a probe uses it. Programs never wake a reader; the pump
/// polls.
/// </summary>
internal sealed class KernelRing : IRecordSource
{
    /// <summary>The bytes of the ring: room for 100,000 records of 160 bytes while the pump stands still.</summary>
    public const int Bytes = 16 * 1024 * 1024;

    /// <summary>The bytes of a ring that is made from now on. Only tests of losses make it smaller.</summary>
    public static int NextBytes { get; set; } = Bytes;

    private static readonly Lock Gate = new();
    private static KernelRing? _current;
    private static int _users;

    private readonly ConcurrentDictionary<(int ProbeId, int Version), RecordTranslator> _translators = new();

    private KernelRing() => Ring = new BpfRingBuffer(NextBytes, "instr_ring");

    /// <summary>The ring.</summary>
    public BpfRingBuffer Ring { get; }

    /// <summary>Takes a share in the ring, which is made when there is none.</summary>
    /// <returns>The ring; <see cref="ReleaseAsync"/> gives the share back.</returns>
    public static KernelRing Acquire()
    {
        lock (Gate)
        {
            if (_current is null)
            {
                _current = new KernelRing();
                EventPump.Shared.AddSource(_current);
            }

            _users++;
            return _current;
        }
    }

    /// <summary>Gives a share back; the last one closes the ring. What was written has to be flushed before.</summary>
    /// <returns>Completes when it is closed, or still in use.</returns>
    public static async Task ReleaseAsync()
    {
        KernelRing? last = null;
        lock (Gate)
        {
            if (--_users == 0)
            {
                (last, _current) = (_current, null);
            }
        }

        if (last is not null)
        {
            await EventPump.Shared.RemoveSourceAsync(last).ConfigureAwait(false);
            last.Ring.Dispose();
        }
    }

    /// <summary>Knows how a probe's records with strings lie.</summary>
    /// <param name="probeId">The probe's number.</param>
    /// <param name="version">The number of its capture.</param>
    /// <param name="translator">Brings them into the common form.</param>
    public void Add(int probeId, int version, RecordTranslator translator) => _translators[(probeId, version)] = translator;

    /// <summary>Forgets a probe.</summary>
    /// <param name="probeId">The probe's number.</param>
    public void Remove(int probeId)
    {
        foreach ((int ProbeId, int Version) key in _translators.Keys.Where(key => key.ProbeId == probeId))
        {
            _translators.TryRemove(key, out _);
        }
    }

    /// <inheritdoc/>
    public ulong Reserved => Ring.ProducerPosition;

    /// <inheritdoc/>
    public ulong Drain(IRecordTaker taker)
    {
        Handler handler = new(this, taker);

        // A full ring holds no more than this; programs that write faster than this reads must not keep the pump here.
        Ring.Consume(ref handler, limit: Bytes / EventRecordHeader.Size);
        return Ring.ConsumerPosition;
    }

    private readonly struct Handler(KernelRing owner, IRecordTaker taker) : IRingRecordHandler
    {
        public void OnRecord(ReadOnlySpan<byte> record)
        {
            ref readonly EventRecordHeader header = ref Unsafe.As<byte, EventRecordHeader>(ref Unsafe.AsRef(in record[0]));
            if ((header.Flags & Compiler.Programs.RecordLayout.FixedStrings) == 0)
            {
                taker.Take(record);
            }
            else if (owner._translators.TryGetValue((header.ProbeId, header.Version), out RecordTranslator? translator))
            {
                taker.Take(translator.Translate(record));
            }
        }
    }
}
