using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Stacks;

/// <summary>The maps that count stacks.</summary>
/// <param name="User">Stacks of processes by id.</param>
/// <param name="Kernel">Stacks of the kernel by id.</param>
/// <param name="Counts">A <see cref="StackCount"/> for each processor by <see cref="StackKey"/>.</param>
internal sealed record StackMaps(MapHandle User, MapHandle Kernel, MapHandle Counts);
