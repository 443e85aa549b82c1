namespace Instrumentation;

/// <summary>A stack and how often it was seen.</summary>
/// <param name="ProcessId">The process.</param>
/// <param name="Process">The process's name as the kernel knows it; empty when the process had ended before it was asked.</param>
/// <param name="Frames">The frames, the innermost first: those of the kernel, then those of the process.</param>
/// <param name="Count">How often it was seen.</param>
public sealed record ProfiledStack(int ProcessId, string Process, IReadOnlyList<ProfiledFrame> Frames, long Count)
{
    /// <summary>The sum of the value that the profile adds up, durations in nanoseconds; what was counted, in a profile that only counts.</summary>
    public long Weight { get; init; } = Count;
}
