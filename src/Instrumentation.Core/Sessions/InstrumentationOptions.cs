using System.Numerics;
using Instrumentation.Backends;

namespace Instrumentation;

/// <summary>What a session may use.</summary>
public sealed record InstrumentationOptions
{
    /// <summary>What <see cref="MaximumStringLength"/> is unless it is set.</summary>
    internal const int DefaultMaximumStringLength = 256;

    private const int SmallestRing = 4 * 1024;
    private const int LargestRing = 256 * 1024 * 1024;
    private const int LargestBacklog = 512 * 1024 * 1024;

    /// <summary>
    /// Bytes of the ring that takes a thread's events until the pump fetches them: a power of two from 4 KiB to 256 MiB; the default is 256 KiB.
    /// Rings belong to the process: the value holds for threads that record their first event after the session has started.
    /// </summary>
    public int RingBytesPerThread { get; init; } = 256 * 1024;

    /// <summary>The most bytes of events that wait for one reader of the stream; what does not fit is lost to it and counted. The default is 16 MiB.</summary>
    public long ReaderBufferBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The most bytes of events that wait for a first reader; when they are used up the newest events are lost and counted. 0 to 512 MiB; the default is 4 MiB.</summary>
    public int BacklogBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>UTF-16 units after which captured strings are cut, 0 to 32,768. The default is 256.</summary>
    public int MaximumStringLength { get; init; } = DefaultMaximumStringLength;

    /// <summary>What the session's probes may cost, all together: beyond it they are reduced, and restored when it is calm (<see cref="OverheadGovernor"/>). The default is null: nothing is measured or reduced.</summary>
    public OverheadBudget? Budget { get; init; }

    /// <summary>
    /// Backends besides those of the library, for further kinds of points; asked after them, in this order. They are not disposed with the session. The default is none.
    /// </summary>
    public IReadOnlyList<ProbeBackend> Backends { get; init; } = [];

    /// <summary>Checks the values.</summary>
    /// <exception cref="SpecException">A value is out of its range.</exception>
    internal void Validate()
    {
        Require(
            BitOperations.IsPow2(RingBytesPerThread) && RingBytesPerThread is >= SmallestRing and <= LargestRing,
            nameof(RingBytesPerThread),
            RingBytesPerThread,
            "Use a power of two from 4096 to 268435456.");
        Require(ReaderBufferBytes > 0, nameof(ReaderBufferBytes), ReaderBufferBytes, "Use 1 or more bytes.");
        Require(BacklogBytes is >= 0 and <= LargestBacklog, nameof(BacklogBytes), BacklogBytes, "Use 0 to 536870912 bytes.");
        Require(MaximumStringLength is >= 0 and <= 32768, nameof(MaximumStringLength), MaximumStringLength, "Use 0 to 32768 units.");
        Budget?.Validate();
        if (Backends is null || Backends.Any(static backend => backend is null))
        {
            throw new SpecException($"The option {nameof(Backends)}", "it, or one of them, is null.", "Leave it out, or give backends.");
        }
    }

    private static void Require(bool holds, string option, long value, string mend)
    {
        if (!holds)
        {
            throw new SpecException($"The option {option}", $"{value} is out of its range.", mend);
        }
    }
}
