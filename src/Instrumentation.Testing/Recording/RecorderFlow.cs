namespace Instrumentation.Testing.Recording;

/// <summary>
/// What a flow of execution carries for recorders: the recorders that it belongs to, and the innermost recorded call. It goes where the execution context goes: into tasks, threads,
/// timers and continuations.
/// </summary>
/// <param name="Recorders">The recorders, innermost first.</param>
/// <param name="Call">The innermost recorded call, or null.</param>
internal sealed record RecorderFlow(RecorderChain? Recorders, RecordedCall? Call)
{
    private static readonly AsyncLocal<RecorderFlow?> Local = new();

    /// <summary>What the current flow carries.</summary>
    public static RecorderFlow? Current
    {
        get => Local.Value;
        set => Local.Value = value;
    }

    /// <summary>Makes the current flow one of a recorder's.</summary>
    /// <param name="recorder">The recorder.</param>
    public static void Enter(CallRecorder recorder) => Current = new RecorderFlow(new RecorderChain(recorder, Current?.Recorders), Current?.Call);

    /// <summary>Ends that for the current flow.</summary>
    /// <param name="recorder">The recorder.</param>
    public static void Leave(CallRecorder recorder)
    {
        if (Current is { } flow && flow.Recorders?.Contains(recorder) == true)
        {
            RecorderChain? rest = flow.Recorders.Without(recorder);
            Current = rest is null ? null : flow with { Recorders = rest };
        }
    }
}
