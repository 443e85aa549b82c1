namespace Instrumentation.Events;

/// <summary>
/// Reads a probe's blocks on all threads, while they are written. The caller makes sure that the probe is not removed meanwhile
/// (<see cref="ProbeSlots.Remove"/>), since a later probe of the slot frees the blocks.
/// </summary>
internal static unsafe class ProbeBlocks
{
    /// <summary>Calls back for each thread that has hit the probe.</summary>
    /// <typeparam name="TState">What the callback is given.</typeparam>
    /// <param name="runtime">The probe.</param>
    /// <param name="state">Given to the callback.</param>
    /// <param name="visit">Is called with the thread's state and the probe's block on it.</param>
    public static void Visit<TState>(ProbeRuntime runtime, TState state, Visitor<TState> visit)
    {
        foreach (nint pointer in ThreadStates.Snapshot())
        {
            // SAFETY: states are never freed; a block is published complete and freed only after its probe was removed.
            ThreadState* thread = (ThreadState*)pointer;
            ProbeBlock* block = (ProbeBlock*)Volatile.Read(ref *(nint*)&thread->Blocks[runtime.Slot]);
            if (block != null && block->ProbeId == runtime.Id)
            {
                visit(thread, block, state);
            }
        }
    }

    /// <summary>The probe's counts, summed over all threads, with what was lost after the rings.</summary>
    /// <param name="runtime">The probe.</param>
    /// <returns>The counts.</returns>
    public static ProbeStatistics Sum(ProbeRuntime runtime)
    {
        long[] sums = new long[6];
        Visit(runtime, sums, static (_, block, sums) =>
        {
            // SAFETY: the block is valid during the visit. What is written last is read first, so that no sum exceeds the one it is a part of.
            sums[5] += Volatile.Read(ref block->Suppressed);
            sums[4] += Volatile.Read(ref block->Lost);
            sums[3] += Volatile.Read(ref block->Emitted);
            sums[2] += Volatile.Read(ref block->Faults);
            sums[1] += Volatile.Read(ref block->Passed);
            sums[0] += Volatile.Read(ref block->Hits);
        });
        ProbeStatistics other = runtime.Cells?.Statistics ?? default;
        ProbeTally tally = runtime.Tally;
        return new ProbeStatistics(
            sums[0] + other.Hits,
            sums[1] + sums[5] + other.Passed,
            sums[3] + other.Emitted,
            sums[4] + tally.ReaderTooSlow + tally.Unread + other.Lost,
            sums[2] + other.Faults,
            sums[5] + other.Suppressed);
    }

    /// <summary>Is called for one thread's block of a probe.</summary>
    /// <typeparam name="TState">What the caller passes through.</typeparam>
    /// <param name="thread">The thread's state.</param>
    /// <param name="block">The probe's block on it.</param>
    /// <param name="state">What the caller passed.</param>
    internal delegate void Visitor<in TState>(ThreadState* thread, ProbeBlock* block, TState state);
}
