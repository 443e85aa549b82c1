namespace Instrumentation.Ebpf.Points.Waits;

/// <summary>What a system call says about a thread that waits in it, and about its result.</summary>
/// <param name="Waiting">The reason when the thread waits interruptibly.</param>
/// <param name="Stuck">The reason when it waits uninterruptibly.</param>
/// <param name="Reads">Whether a result that is no error is a number of bytes read.</param>
/// <param name="Writes">Whether a result that is no error is a number of bytes written.</param>
internal readonly record struct SyscallClass(OffCpuReason Waiting, OffCpuReason Stuck, bool Reads = false, bool Writes = false)
{
    /// <summary>The bits of a reason.</summary>
    public const int ReasonMask = 7;

    /// <summary>Where the bits of <see cref="Stuck"/> are.</summary>
    public const int StuckShift = 3;

    /// <summary>The bit of <see cref="Reads"/>.</summary>
    public const int ReadsBit = 0x40;

    /// <summary>The bit of <see cref="Writes"/>.</summary>
    public const int WritesBit = 0x80;

    /// <summary>Calls that nothing else is said of.</summary>
    public static SyscallClass Default { get; } = new(OffCpuReason.Other, OffCpuReason.File);

    /// <summary>All of it in a byte.</summary>
    public int Bits => (int)Waiting | ((int)Stuck << StuckShift) | (Reads ? ReadsBit : 0) | (Writes ? WritesBit : 0);
}
