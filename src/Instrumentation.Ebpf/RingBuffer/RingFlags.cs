namespace Instrumentation.Ebpf.RingBuffer;

/// <summary>Flags of the ring buffer helpers.</summary>
internal static class RingFlags
{
    /// <summary>BPF_RB_NO_WAKEUP: the reader is not woken.</summary>
    public const int NoWakeUp = 1;

    /// <summary>BPF_RB_FORCE_WAKEUP: the reader is woken.</summary>
    public const int ForceWakeUp = 2;
}
