using System.Runtime.InteropServices;
using Instrumentation.Backends;

namespace Instrumentation.Events;

/// <summary>Keeps a session's account of lost events: live probes are read when asked, detached ones that lost any are kept, the oldest of many as sums by name.</summary>
internal sealed class LossLedger
{
    private const int ThreadsBeforeFolding = 1024;
    private const int RetiredBeforeFolding = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, ProbeRuntime> _live = [];
    private readonly Queue<ProbeLossRow> _retired = [];
    private readonly Dictionary<string, ProbeLoss> _folded = [];
    private readonly Dictionary<int, long> _byThread = [];
    private readonly Dictionary<int, long> _byProcessor = [];
    private long _endedThreads;

    /// <summary>Begins to account for a probe.</summary>
    /// <param name="runtime">The probe, with its slot.</param>
    public void Add(ProbeRuntime runtime)
    {
        lock (_gate)
        {
            _live.Add(runtime.Id, runtime);
        }
    }

    /// <summary>Keeps a probe's sums; to be called after the last record was delivered and before the slot is given back.</summary>
    /// <param name="runtime">The probe.</param>
    public void Retire(ProbeRuntime runtime)
    {
        lock (_gate)
        {
            if (_live.Remove(runtime.Id))
            {
                Keep(new ProbeLossRow(runtime.Id, runtime.Name, Read(runtime, _byThread, ref _endedThreads, _byProcessor)));
            }
        }
    }

    /// <summary>Attributes a record that was lost after its ring to its thread; the probe's tally has counted it already.</summary>
    /// <param name="threadId">The thread that wrote it.</param>
    public void CountThread(int threadId)
    {
        lock (_gate)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_byThread, threadId, out _)++;
            if (_byThread.Count > ThreadsBeforeFolding)
            {
                FoldEndedThreads();
            }
        }
    }

    /// <summary>The account as it stands.</summary>
    /// <param name="damagedRings">Rings that were dropped.</param>
    /// <returns>A snapshot.</returns>
    public EventLoss Read(long damagedRings)
    {
        lock (_gate)
        {
            FoldEndedThreads();
            Dictionary<int, long> byThread = new(_byThread);
            Dictionary<int, long> byProcessor = new(_byProcessor);
            long endedThreads = _endedThreads;
            List<ProbeLossRow> probes = [.. _folded.Select(static row => new ProbeLossRow(0, row.Key, row.Value)), .. _retired];
            foreach (ProbeRuntime runtime in _live.Values)
            {
                probes.Add(new ProbeLossRow(runtime.Id, runtime.Name, Read(runtime, byThread, ref endedThreads, byProcessor)));
            }

            return new EventLoss(probes, byThread, endedThreads, byProcessor, damagedRings);
        }
    }

    private void Keep(ProbeLossRow row)
    {
        if (row.Loss == default)
        {
            return;
        }

        _retired.Enqueue(row);
        if (_retired.Count > RetiredBeforeFolding)
        {
            ProbeLossRow oldest = _retired.Dequeue();
            ref ProbeLoss sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_folded, oldest.Probe, out _);
            sum += oldest.Loss;
        }
    }

    private static unsafe ProbeLoss Read(ProbeRuntime runtime, Dictionary<int, long> byThread, ref long endedThreads, Dictionary<int, long> byProcessor)
    {
        RingLoss sums = new(byThread);
        ProbeBlocks.Visit(runtime, sums, static (thread, block, sums) =>
        {
            // SAFETY: both are valid during the visit; fields are read one by one while their owner may write them.
            long lost = Volatile.Read(ref block->Lost);
            long earlier = Math.Min(lost, Volatile.Read(ref block->LostByEarlierThreads));
            sums.Count(Volatile.Read(ref thread->ThreadId), lost - earlier, earlier);
        });
        endedThreads += sums.EndedThreads;
        ProbeTally tally = runtime.Tally;
        IProbeCells? cells = runtime.Cells;
        return new ProbeLoss(sums.RingFull + CountProcessors(cells, byProcessor), tally.ReaderTooSlow, tally.Unread, tally.Late, cells?.Missed ?? 0);
    }

    private static long CountProcessors(IProbeCells? cells, Dictionary<int, long> byProcessor)
    {
        IReadOnlyList<long> lost = cells?.LostByProcessor ?? [];
        for (int processor = 0; processor < lost.Count; processor++)
        {
            if (lost[processor] > 0)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(byProcessor, processor, out _) += lost[processor];
            }
        }

        return lost.Sum();
    }

    private unsafe void FoldEndedThreads()
    {
        HashSet<int> alive = [];
        foreach (nint pointer in ThreadStates.Snapshot())
        {
            // SAFETY: states are never freed.
            ThreadState* state = (ThreadState*)pointer;
            if (Volatile.Read(ref state->Ended) == 0)
            {
                alive.Add(Volatile.Read(ref state->ThreadId));
            }
        }

        foreach ((int thread, long lost) in _byThread.Where(row => !alive.Contains(row.Key)).ToArray())
        {
            _byThread.Remove(thread);
            _endedThreads += lost;
        }
    }

    /// <summary>Sums what was lost in the rings while the blocks are visited.</summary>
    private sealed class RingLoss(Dictionary<int, long> byThread)
    {
        public long RingFull { get; private set; }

        public long EndedThreads { get; private set; }

        public void Count(int threadId, long lost, long earlier)
        {
            RingFull += lost + earlier;
            EndedThreads += threadId == 0 ? lost + earlier : earlier;
            if (threadId != 0 && lost > 0)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(byThread, threadId, out _) += lost;
            }
        }
    }
}
