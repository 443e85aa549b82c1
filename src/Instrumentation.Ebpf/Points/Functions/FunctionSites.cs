using Instrumentation.Ebpf.Elf;

namespace Instrumentation.Ebpf.Points.Functions;

/// <summary>One place of a function point.</summary>
/// <param name="Name">What records call it, for example <c>libc.so.6!malloc</c>.</param>
/// <param name="Address">The virtual address of the instruction.</param>
/// <param name="Offset">Where the instruction lies in the file.</param>
/// <param name="Reached">How coverage shows it: with what was skipped before the instruction.</param>
internal sealed record FunctionSite(string Name, ulong Address, ulong Offset, string Reached)
{
    /// <summary>Whether a hit costs a second trap: the kernel does not emulate the instruction, but has it stepped over.</summary>
    public bool IsStepped { get; init; }
}

/// <summary>The places of a function point, found in its file.</summary>
/// <param name="Library">The file.</param>
/// <param name="Sites">The places, by rising address.</param>
/// <param name="AreFunctions">Whether they are functions, not instructions inside of one.</param>
internal sealed record FunctionSites(LibraryFile Library, IReadOnlyList<FunctionSite> Sites, bool AreFunctions)
{
    /// <summary>What is named and not reached.</summary>
    public IReadOnlyList<CoverageGap> Gaps { get; init; } = [];

    /// <summary>What is to be known about places.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
