using System.Text;

namespace Instrumentation;

/// <summary>What one probe lost. Every event that passed the condition was either read or is counted here; late ones were read.</summary>
/// <param name="RingFull">Events that found no room in their thread's ring: the thread wrote faster than the pump could fetch.</param>
/// <param name="ReaderTooSlow">Events that did not fit the buffer of a reader; counted for each reader that missed them.</param>
/// <param name="Unread">Events that came while nobody read and the backlog was full.</param>
/// <param name="Late">Events that were read, but after one with a later time: their thread had stood still inside its hook. Not lost.</param>
public readonly record struct ProbeLoss(long RingFull, long ReaderTooSlow, long Unread, long Late)
{
    /// <summary>All lost events.</summary>
    public long Total => RingFull + ReaderTooSlow + Unread;

    /// <summary>Adds two counts.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Their sum.</returns>
    public static ProbeLoss operator +(ProbeLoss left, ProbeLoss right) => new(
        left.RingFull + right.RingFull,
        left.ReaderTooSlow + right.ReaderTooSlow,
        left.Unread + right.Unread,
        left.Late + right.Late);
}

/// <summary>Everything that a session has lost so far, by probe and by thread: a snapshot.</summary>
public sealed class EventLoss
{
    /// <summary>Makes the snapshot from its parts.</summary>
    /// <param name="byProbe">What each probe lost, by name.</param>
    /// <param name="byThread">Lost events by the id of a running thread.</param>
    /// <param name="endedThreads">Lost events of ended threads.</param>
    /// <param name="damagedRings">Rings that were dropped.</param>
    internal EventLoss(IReadOnlyDictionary<string, ProbeLoss> byProbe, IReadOnlyDictionary<int, long> byThread, long endedThreads, long damagedRings)
    {
        ByProbe = byProbe;
        ByThread = byThread;
        EndedThreads = endedThreads;
        DamagedRings = damagedRings;
        Total = byProbe.Values.Sum(static loss => loss.Total);
        Late = byProbe.Values.Sum(static loss => loss.Late);
    }

    /// <summary>All lost events.</summary>
    public long Total { get; }

    /// <summary>Events that were read out of order. Not lost.</summary>
    public long Late { get; }

    /// <summary>What each probe lost or had late, by its name; probes that did neither are left out.</summary>
    public IReadOnlyDictionary<string, ProbeLoss> ByProbe { get; }

    /// <summary>Lost events by the operating system's id of the thread that hit the probe, as far as the thread still runs.</summary>
    public IReadOnlyDictionary<int, long> ByThread { get; }

    /// <summary>Lost events of threads that have ended.</summary>
    public long EndedThreads { get; }

    /// <summary>Times that a ring of this process was found damaged and its content dropped: memory was overwritten by somebody. Those events are not in <see cref="Total"/>.</summary>
    public long DamagedRings { get; }

    /// <inheritdoc/>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(Total == 0 ? "nothing lost" : $"{Total} lost").Append(Late == 0 ? "" : $", {Late} late");
        foreach ((string probe, ProbeLoss loss) in ByProbe.OrderByDescending(static row => row.Value.Total))
        {
            text.AppendLine().Append($"  {probe}: ring full {loss.RingFull}, reader too slow {loss.ReaderTooSlow}, unread {loss.Unread}, late {loss.Late}");
        }

        if (DamagedRings > 0)
        {
            text.AppendLine().Append($"  damaged rings: {DamagedRings}");
        }

        return text.ToString();
    }
}
