using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Instrumentation;

/// <summary>
/// What the kernel did for a span, or for a thread: all that happened on the span's threads while it was the one that ran there, with the spans inside of it. Waits are times
/// off the processor, by what the thread waited for. Kept only while the session accounts (<see cref="InstrumentationSession.AccountAsync"/>).
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
public readonly record struct SpanTotals
{
    /// <summary>The bytes that the totals take in records and in the memory shared with the kernel.</summary>
    internal const int Bytes = 128;

    /// <summary>System calls that returned.</summary>
    public long Syscalls { get; init; }

    /// <summary>Nanoseconds inside of system calls, waits in them included.</summary>
    public long SyscallNanoseconds { get; init; }

    /// <summary>Nanoseconds off the processor in futex: locks, events, joins.</summary>
    public long LockNanoseconds { get; init; }

    /// <summary>Nanoseconds off the processor for files and storage.</summary>
    public long FileNanoseconds { get; init; }

    /// <summary>Nanoseconds off the processor for sockets, or in poll and epoll.</summary>
    public long NetworkNanoseconds { get; init; }

    /// <summary>Nanoseconds off the processor since the thread asked to sleep.</summary>
    public long SleepNanoseconds { get; init; }

    /// <summary>Nanoseconds off the processor for anything else.</summary>
    public long OtherWaitNanoseconds { get; init; }

    /// <summary>Nanoseconds that a thread could have run but did not: woken or preempted, until it got a processor.</summary>
    public long RunQueueNanoseconds { get; init; }

    /// <summary>Times that a thread left its processor.</summary>
    public long Switches { get; init; }

    /// <summary>Page faults of user code.</summary>
    public long PageFaults { get; init; }

    /// <summary>Bytes that system calls read, from files and sockets alike.</summary>
    public long BytesRead { get; init; }

    /// <summary>Bytes that system calls wrote, to files and sockets alike.</summary>
    public long BytesWritten { get; init; }

    /// <summary>Signals that were delivered to a thread.</summary>
    public long Signals { get; init; }

    /// <summary>System calls that failed.</summary>
    public long Errors { get; init; }

    /// <summary>Nanoseconds off the processor, whatever for, the time until it ran again included.</summary>
    public long OffCpuNanoseconds => LockNanoseconds + FileNanoseconds + NetworkNanoseconds + SleepNanoseconds + OtherWaitNanoseconds + RunQueueNanoseconds;

    /// <summary>Adds two totals.</summary>
    /// <param name="left">The one.</param>
    /// <param name="right">The other.</param>
    /// <returns>The sum, kind by kind.</returns>
    public static SpanTotals operator +(SpanTotals left, SpanTotals right)
    {
        Span<long> sum = Words(ref left);
        Span<long> added = Words(ref right);
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] += added[i];
        }

        return left;
    }

    /// <summary>What came between two readings of totals that only grow.</summary>
    /// <param name="left">The later ones.</param>
    /// <param name="right">The earlier ones.</param>
    /// <returns>The difference, kind by kind.</returns>
    public static SpanTotals operator -(SpanTotals left, SpanTotals right)
    {
        Span<long> rest = Words(ref left);
        Span<long> earlier = Words(ref right);
        for (int i = 0; i < rest.Length; i++)
        {
            rest[i] -= earlier[i];
        }

        return left;
    }

    /// <summary>Adds two totals.</summary>
    /// <param name="left">The one.</param>
    /// <param name="right">The other.</param>
    /// <returns>The sum, kind by kind.</returns>
    public static SpanTotals Add(SpanTotals left, SpanTotals right) => left + right;

    /// <summary>What came between two readings of totals that only grow.</summary>
    /// <param name="left">The later ones.</param>
    /// <param name="right">The earlier ones.</param>
    /// <returns>The difference, kind by kind.</returns>
    public static SpanTotals Subtract(SpanTotals left, SpanTotals right) => left - right;

    /// <summary>The totals as numbers, in the order in which they lie.</summary>
    /// <param name="totals">The totals.</param>
    /// <returns>The numbers, in place.</returns>
    internal static Span<long> Words(ref SpanTotals totals) => MemoryMarshal.CreateSpan(ref Unsafe.As<SpanTotals, long>(ref totals), Bytes / sizeof(long));
}
