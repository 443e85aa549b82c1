using System.Collections.Immutable;
using Instrumentation.Ebpf.Elf;

namespace Instrumentation.Ebpf.Points.Usdt;

/// <summary>One of the places of a marked name.</summary>
/// <param name="Name">What records and coverage call it.</param>
/// <param name="Address">The virtual address of its instruction.</param>
/// <param name="Offset">Where the instruction lies in the file.</param>
/// <param name="Semaphore">Where the counter lies in the file that tells the program that somebody listens; 0 for none.</param>
/// <param name="Arguments">Where its arguments are.</param>
internal sealed record UsdtSite(string Name, ulong Address, ulong Offset, ulong Semaphore, ImmutableArray<UsdtArgument> Arguments)
{
    /// <summary>The virtual addresses of the symbols that its arguments name.</summary>
    public required IReadOnlyDictionary<string, ulong> Symbols { get; init; }
}
