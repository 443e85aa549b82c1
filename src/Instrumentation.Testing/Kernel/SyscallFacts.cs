using Instrumentation.Ebpf.Points.Syscalls;

namespace Instrumentation.Testing.Kernel;

/// <summary>What a program in the kernel saw of a system call.</summary>
internal sealed record SyscallFacts
{
    /// <summary>Which call.</summary>
    public required Syscall Call { get; init; }

    /// <summary>The arguments.</summary>
    public required IReadOnlyList<long> Arguments { get; init; }

    /// <summary>The result.</summary>
    public required long Result { get; init; }

    /// <summary>When it began.</summary>
    public required long Started { get; init; }

    /// <summary>How long it took.</summary>
    public required long Nanoseconds { get; init; }

    /// <summary>The thread.</summary>
    public required int ThreadId { get; init; }

    /// <summary>The number of the recorders that it was made for; 0 for none.</summary>
    public required long Owner { get; init; }

    /// <summary>The path.</summary>
    public string? Path { get; init; }

    /// <summary>The second path.</summary>
    public string? OtherPath { get; init; }

    /// <summary>The socket's address.</summary>
    public string? Address { get; init; }

    /// <summary>The first word of the structure that it was called with: flags, for those calls that have such.</summary>
    public long Word { get; init; }

    /// <summary>Whether a path is longer than what a program can carry.</summary>
    public bool IsCut { get; init; }
}
