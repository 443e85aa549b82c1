namespace Instrumentation;

/// <summary>What one probe lost. Every event that passed the condition was either read or is counted here; late ones were read.</summary>
/// <param name="RingFull">
/// Events that found no room in their thread's ring, or in the kernel's: they were written faster than the pump could fetch. For kernel probes also calls whose
/// beginning found no room in the table of calls.
/// </param>
/// <param name="ReaderTooSlow">Events that did not fit the buffer of a reader; counted for each reader that missed them.</param>
/// <param name="Unread">Events that came while nobody read and the backlog was full.</param>
/// <param name="Late">
/// Events that were delivered, but behind one with a later time: their thread had stood still inside its hook, or the kernel's program for more than a millisecond before it had room. Not lost.
/// </param>
/// <param name="Missed">
/// Times that the kernel left a probe's program out, since one was running on the processor already. Whether the hit would have been one of the probe's, nobody knows.
/// For probes of added backends, hits that the source could not hand over (<see cref="Backends.ProbeSink.ReportLost"/>).
/// </param>
public readonly record struct ProbeLoss(long RingFull, long ReaderTooSlow, long Unread, long Late, long Missed = 0)
{
    /// <summary>All lost events.</summary>
    public long Total => RingFull + ReaderTooSlow + Unread + Missed;

    /// <summary>Adds two counts.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Their sum.</returns>
    public static ProbeLoss operator +(ProbeLoss left, ProbeLoss right) => new(
        left.RingFull + right.RingFull,
        left.ReaderTooSlow + right.ReaderTooSlow,
        left.Unread + right.Unread,
        left.Late + right.Late,
        left.Missed + right.Missed);
}

/// <summary>One probe and what it lost.</summary>
/// <param name="ProbeId">The probe's number, <see cref="ProbeHandle.Id"/>; 0 for the sum of detached probes of one name that are not listed apart any more.</param>
/// <param name="Probe">Its name.</param>
/// <param name="Loss">What it lost.</param>
public readonly record struct ProbeLossRow(int ProbeId, string Probe, ProbeLoss Loss);
