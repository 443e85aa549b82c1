using System.Text;

namespace Instrumentation;

/// <summary>Everything that a session has lost so far, by probe, and by thread or processor: a snapshot.</summary>
public sealed class EventLoss
{
    /// <summary>Makes the snapshot from its parts.</summary>
    /// <param name="probes">What each probe lost.</param>
    /// <param name="byThread">Lost events by the id of a running thread.</param>
    /// <param name="endedThreads">Lost events of ended threads.</param>
    /// <param name="byProcessor">Lost events of kernel probes by processor.</param>
    /// <param name="damagedRings">Rings that were dropped.</param>
    internal EventLoss(IEnumerable<ProbeLossRow> probes, IReadOnlyDictionary<int, long> byThread, long endedThreads, IReadOnlyDictionary<int, long> byProcessor, long damagedRings)
    {
        Probes = [.. probes.Where(static row => row.Loss != default).OrderByDescending(static row => row.Loss.Total).ThenBy(static row => row.ProbeId)];
        ByProbe = Probes.GroupBy(static row => row.Probe).ToDictionary(static rows => rows.Key, static rows => rows.Aggregate(default(ProbeLoss), static (sum, row) => sum + row.Loss));
        ByThread = byThread;
        EndedThreads = endedThreads;
        ByProcessor = byProcessor;
        DamagedRings = damagedRings;
        Total = Probes.Sum(static row => row.Loss.Total);
        Late = Probes.Sum(static row => row.Loss.Late);
    }

    /// <summary>All lost events.</summary>
    public long Total { get; }

    /// <summary>Events that were delivered behind one with a later time. Not lost; as long as this is 0, times never go back in the session's stream.</summary>
    public long Late { get; }

    /// <summary>What each probe lost or had late, the most first; probes that did neither are left out. Of detached probes the last 1024 are listed apart.</summary>
    public IReadOnlyList<ProbeLossRow> Probes { get; }

    /// <summary>The same by name: probes of one name together.</summary>
    public IReadOnlyDictionary<string, ProbeLoss> ByProbe { get; }

    /// <summary>Lost events by the operating system's id of the thread that hit the probe, as far as the thread still runs.</summary>
    public IReadOnlyDictionary<int, long> ByThread { get; }

    /// <summary>Lost events of threads that have ended.</summary>
    public long EndedThreads { get; }

    /// <summary>Events that kernel probes found no room for, by the number of the processor that they were hit on.</summary>
    public IReadOnlyDictionary<int, long> ByProcessor { get; }

    /// <summary>Times that a ring of this process was found damaged and its content dropped: memory was overwritten by somebody. Those events are not in <see cref="Total"/>.</summary>
    public long DamagedRings { get; }

    /// <inheritdoc/>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(Total == 0 ? "nothing lost" : $"{Total} lost").Append(Late == 0 ? "" : $", {Late} late");
        ILookup<string, ProbeLossRow> names = Probes.ToLookup(static row => row.Probe);
        foreach ((int id, string probe, ProbeLoss loss) in Probes)
        {
            string which = names[probe].Skip(1).Any() ? id == 0 ? " (earlier ones)" : $" (probe {id})" : "";
            text.AppendLine().Append($"  {probe}{which}: ring full {loss.RingFull}, reader too slow {loss.ReaderTooSlow}, unread {loss.Unread}, late {loss.Late}")
                .Append(loss.Missed == 0 ? "" : $", missed {loss.Missed}");
        }

        if (DamagedRings > 0)
        {
            text.AppendLine().Append($"  damaged rings: {DamagedRings}");
        }

        return text.ToString();
    }
}
