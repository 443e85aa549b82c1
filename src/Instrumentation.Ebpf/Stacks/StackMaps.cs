using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Stacks;

/// <summary>The maps that count stacks.</summary>
/// <param name="User">Stacks of processes by id.</param>
/// <param name="Kernel">Stacks of the kernel by id.</param>
/// <param name="Counts">Hits by <see cref="StackKey"/>, 8 bytes for each processor.</param>
internal sealed record StackMaps(MapHandle User, MapHandle Kernel, MapHandle Counts);
