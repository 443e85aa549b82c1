using System.Runtime.InteropServices;
using Instrumentation.Backends;
using Instrumentation.Limits;

namespace Instrumentation.Events;

/// <summary>A probe that is attached or being attached: what hooks, pump and handle share.</summary>
internal sealed class ProbeRuntime
{
    private ProbeSpec _spec;

    /// <summary>Creates the live side of a spec; <see cref="ProbeSlots.Add"/> gives it its slot.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="id">A number that is never used again in this process.</param>
    /// <param name="blockDataBytes">Bytes of aggregation cells per thread.</param>
    public ProbeRuntime(ProbeSpec spec, int id, int blockDataBytes)
    {
        _spec = spec;
        Captures = new CaptureVersions(spec.CaptureShape);
        Id = id;
        BlockDataBytes = blockDataBytes;
        Name = spec.Label ?? spec.Point.Describe();
    }

    /// <summary>The spec, as it stands after the last change.</summary>
    public ProbeSpec Spec => Volatile.Read(ref _spec);

    /// <summary>The number that records carry.</summary>
    public int Id { get; }

    /// <summary>Index of the probe's blocks; -1 until it is added.</summary>
    public int Slot { get; internal set; } = -1;

    /// <summary>The slot in the low bits and the probe's number above them: what woven code passes to hooks, and never 0.</summary>
    public int Ticket => (Id * ProbeSlots.Capacity) | Slot;

    /// <summary>Bytes of aggregation cells per thread.</summary>
    public int BlockDataBytes { get; }

    /// <summary>Whether woven code of the probe could not be taken out. It may count in the probe's slot, which is then never used again.</summary>
    public bool KeepsSlot { get; set; }

    /// <summary>The captures that the probe has had: records carry the number of theirs.</summary>
    public CaptureVersions Captures { get; }

    /// <summary>The name in events and files.</summary>
    public string Name { get; }

    /// <summary>UTF-16 units after which hooks cut captured strings.</summary>
    public int MaximumStringLength { get; init; } = InstrumentationOptions.DefaultMaximumStringLength;

    /// <summary>Whether hits that a condition turns away are counted even where that could be saved: the governor has to know what they cost.</summary>
    public bool CountsEveryHit { get; init; }

    /// <summary>What became of the probe's records after they were written.</summary>
    public ProbeTally Tally { get; } = new();

    /// <summary>Where the pump delivers the probe's records; set by the session.</summary>
    public IEventSink? Sink { get; set; }

    /// <summary>What the backend counts and aggregates outside of the blocks; null when there is nothing.</summary>
    public IProbeCells? Cells { get; set; }

    /// <summary>Takes over a changed spec, after the backend has.</summary>
    /// <param name="spec">The spec.</param>
    public void Adopt(ProbeSpec spec) => Volatile.Write(ref _spec, spec);
}

/// <summary>Where the pump delivers a session's records.</summary>
internal interface IEventSink
{
    /// <summary>Takes one complete record; called on the pump's thread only, in time order but for records that come after their turn.</summary>
    /// <param name="probe">The probe that wrote it.</param>
    /// <param name="record">The record, header first; valid during the call.</param>
    /// <param name="watermark">The time up to which the round's records are complete, in nanoseconds; a record with a later time is one that makes no sense.</param>
    void Deliver(ProbeRuntime probe, ReadOnlySpan<byte> record, long watermark);

    /// <summary>Called after a round of deliveries, so that readers can be woken once.</summary>
    void EndOfRound();
}

/// <summary>The table of attached probes, by slot for hooks and by number for records.</summary>
internal static unsafe class ProbeSlots
{
    /// <summary>The most probes that are attached (or in quarantine) at a time.</summary>
    public const int Capacity = 4096;

    /// <summary>How long a slot rests before it is used again, so that a hook that was under way at the detach has ended.</summary>
    public static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(10);

    private static readonly Lock Gate = new();
    private static readonly ProbeRuntime?[] Runtimes = new ProbeRuntime?[Capacity];
    private static readonly Dictionary<int, ProbeRuntime> ById = [];
    private static readonly Queue<(int Slot, long FreeAt)> Resting = new();
    private static int _used;
    private static int _lastId;

    /// <summary>
    /// By slot: the ticket of the probe whose hooks report, 0 where none does. Hooks are given their probe's ticket and compare: a hook that runs
    /// before the attach is complete, after the detach, or for a frame that outlived its probe while the slot went to another, stays silent.
    /// </summary>
    public static int* Tickets { get; } = CreateTickets();

    /// <summary>By slot: the limits of the probe that has it.</summary>
    public static LimitCells* Limits { get; } = CreateLimits();

    /// <summary>A number for a new probe.</summary>
    /// <returns>The number, from 1.</returns>
    public static int NextId() => Interlocked.Increment(ref _lastId);

    /// <summary>Gives a probe a slot. Its hooks report only after <see cref="Open"/>.</summary>
    /// <param name="runtime">The probe.</param>
    /// <exception cref="ProbeLimitException">All slots are taken.</exception>
    public static void Add(ProbeRuntime runtime)
    {
        lock (Gate)
        {
            int slot = Resting.TryPeek(out (int Slot, long FreeAt) oldest) && oldest.FreeAt <= Environment.TickCount64 && ThreadStates.AllLeftTheirHooks() ? Resting.Dequeue().Slot
                : _used < Capacity ? _used++
                : throw new ProbeLimitException(Capacity);
            FreeBlocks(slot);
            Limits[slot].Set(runtime.Spec.Limits, isNew: true);
            runtime.Slot = slot;
            Runtimes[slot] = runtime;
            ById[runtime.Id] = runtime;
        }
    }

    /// <summary>Lets the probe's hooks obey other limits; what they admitted so far counts on.</summary>
    /// <param name="runtime">The probe.</param>
    /// <param name="limits">The limits.</param>
    public static void ChangeLimits(ProbeRuntime runtime, ProbeLimits limits) => Limits[runtime.Slot].Set(limits, isNew: false);

    /// <summary>Lets the probe's hooks report.</summary>
    /// <param name="runtime">The probe.</param>
    public static void Open(ProbeRuntime runtime) => Volatile.Write(ref Tickets[runtime.Slot], runtime.Ticket);

    /// <summary>Ends the reports of calls that are still under way. Records that are in rings can still be routed until <see cref="Remove"/>.</summary>
    /// <param name="runtime">The probe.</param>
    public static void Close(ProbeRuntime runtime) => Volatile.Write(ref Tickets[runtime.Slot], 0);

    /// <summary>Takes the probe out of the table and puts its slot into quarantine. Its statistics must have been read before.</summary>
    /// <param name="runtime">The probe.</param>
    public static void Remove(ProbeRuntime runtime)
    {
        lock (Gate)
        {
            if (ById.Remove(runtime.Id))
            {
                Tickets[runtime.Slot] = 0;
                Runtimes[runtime.Slot] = null;
                if (!runtime.KeepsSlot)
                {
                    Resting.Enqueue((runtime.Slot, Environment.TickCount64 + (long)Quarantine.TotalMilliseconds));
                }
            }
        }
    }

    /// <summary>The probe in a slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <returns>The probe, or null.</returns>
    public static ProbeRuntime? Find(int slot) => Volatile.Read(ref Runtimes[slot]);

    /// <summary>The probe with a number.</summary>
    /// <param name="id">The number, from a record.</param>
    /// <returns>The probe, or null when it was removed.</returns>
    public static ProbeRuntime? FindById(int id)
    {
        lock (Gate)
        {
            return ById.GetValueOrDefault(id);
        }
    }

    // SAFETY: Capacity zeroed entries, never freed; slots are below Capacity.
    private static int* CreateTickets() => (int*)NativeMemory.AllocZeroed(Capacity, sizeof(int));

    // SAFETY: as above.
    private static LimitCells* CreateLimits() => (LimitCells*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(LimitCells));

    private static void FreeBlocks(int slot)
    {
        foreach (nint pointer in ThreadStates.Snapshot())
        {
            // SAFETY: the slot has rested for the quarantine and every thread was seen outside of its hooks since, so none holds a block of the last probe.
            ThreadState* state = (ThreadState*)pointer;
            NativeMemory.Free(state->Blocks[slot]);
            state->Blocks[slot] = null;
        }
    }
}
