using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Stacks;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>The maps that a probe's programs use.</summary>
/// <param name="Counters">A <see cref="ProbeCounters"/> for each processor, in one element.</param>
/// <param name="Scratch">The scratch memory of each processor: as many elements as <see cref="ScratchMemory.Elements"/> says.</param>
/// <param name="Calls">The beginnings of calls, by <see cref="CallKey"/>: the time, then the kept arguments.</param>
/// <param name="Ring">The ring that takes records; null for a probe that aggregates.</param>
internal sealed record ProgramMaps(MapHandle Counters, MapHandle Scratch, MapHandle Calls, MapHandle? Ring)
{
    /// <summary>A per-CPU array of two: the aggregate, or that of hits without room in the table; and an empty one. Null when nothing but a count is kept.</summary>
    public MapHandle? Aggregate { get; init; }

    /// <summary>The aggregates by key, one for each processor; null when there is no key.</summary>
    public MapHandle? Table { get; init; }

    /// <summary>The <see cref="LimitState"/> of the probe, in one element; null when neither a rate nor a number of hits is limited.</summary>
    public MapHandle? Limits { get; init; }

    /// <summary>The stacks; null for a probe that counts none.</summary>
    public StackMaps? Stacks { get; init; }

    /// <summary>The contexts of this process's threads; null for a probe that asks for no cause.</summary>
    public MapHandle? Contexts { get; init; }
}
