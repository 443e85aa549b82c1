namespace Instrumentation.Ebpf.RingBuffer;

/// <summary>How a reader waits for records.</summary>
internal enum RingWaiting
{
    /// <summary>
    /// It looks at the rings again and again, after pauses that grow while nothing comes and shrink while much does. Programs write with
    /// BPF_RB_NO_WAKEUP, which makes an event several times cheaper.
    /// </summary>
    Poll,

    /// <summary>The kernel wakes it. Programs write without flags, or with BPF_RB_FORCE_WAKEUP when it is urgent.</summary>
    WakeUp,
}

/// <summary>Flags of the ring buffer helpers.</summary>
internal static class RingFlags
{
    /// <summary>BPF_RB_NO_WAKEUP: the reader is not woken.</summary>
    public const int NoWakeUp = 1;

    /// <summary>BPF_RB_FORCE_WAKEUP: the reader is woken.</summary>
    public const int ForceWakeUp = 2;
}
