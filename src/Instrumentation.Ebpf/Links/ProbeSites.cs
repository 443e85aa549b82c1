using System.Collections.Immutable;

namespace Instrumentation.Ebpf.Links;

/// <summary>Places of one file that a program is attached to in one call.</summary>
/// <param name="Path">The file.</param>
/// <param name="Offsets">Where the instructions lie in the file, in bytes.</param>
internal sealed record UprobeSites(string Path, ImmutableArray<ulong> Offsets)
{
    /// <summary>Where the semaphores of the places lie in the file; empty when none has one, 0 for those that have none.</summary>
    public ImmutableArray<ulong> Semaphores { get; init; } = [];

    /// <summary>What the program gets as its cookie, for each place; empty for 0.</summary>
    public ImmutableArray<ulong> Cookies { get; init; } = [];

    /// <summary>The process; 0 for all.</summary>
    public int ProcessId { get; init; }

    /// <summary>Whether the program runs at the functions' returns.</summary>
    public bool AtReturn { get; init; }
}

/// <summary>Kernel functions that a program is attached to in one call.</summary>
/// <param name="Functions">Their names.</param>
internal sealed record KprobeSites(ImmutableArray<string> Functions)
{
    /// <summary>What the program gets as its cookie, for each function; empty for 0.</summary>
    public ImmutableArray<ulong> Cookies { get; init; } = [];

    /// <summary>Whether the program runs at the functions' returns.</summary>
    public bool AtReturn { get; init; }
}
