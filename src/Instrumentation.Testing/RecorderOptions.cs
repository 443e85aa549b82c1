namespace Instrumentation.Testing;

/// <summary>What a recorder sees.</summary>
public enum RecordingScope
{
    /// <summary>What the flow that started the recorder causes: its calls, and those of the tasks, threads and timers that it starts. Tests in parallel do not see each other.</summary>
    Flow,

    /// <summary>Everything in the process.</summary>
    Process,
}

/// <summary>What a recorder is to do.</summary>
public sealed record RecorderOptions
{
    /// <summary>The default of <see cref="MaximumCalls"/>.</summary>
    public const int DefaultMaximumCalls = 100_000;

    /// <summary>What it sees. The default is <see cref="RecordingScope.Flow"/>.</summary>
    public RecordingScope Scope { get; init; }

    /// <summary>Calls after which no more are kept, 1 or more. Those are counted, and assertions then fail with that reason where they could pass by not seeing.</summary>
    public int MaximumCalls { get; init; } = DefaultMaximumCalls;

    /// <summary>Whether system calls are recorded, where the rights allow it: what assertions on system calls and files need. The default is true.</summary>
    public bool Kernel { get; init; } = true;

    /// <summary>
    /// System calls to record besides those that are always recorded (what changes files, connects, starts processes or makes data durable), by name: <c>["write", "futex"]</c>. The
    /// default is none. Calls that a program makes often take room among <see cref="MaximumCalls"/>.
    /// </summary>
    public IReadOnlyList<string> Syscalls { get; init; } = [];
}
