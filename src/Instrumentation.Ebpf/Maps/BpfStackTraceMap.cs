namespace Instrumentation.Ebpf.Maps;

/// <summary>Stacks by the ids that <see cref="Assembler.BpfHelper.GetStackId"/> gives.</summary>
internal sealed unsafe class BpfStackTraceMap : BpfMap
{
    /// <summary>Creates the map.</summary>
    /// <param name="capacity">The most stacks.</param>
    /// <param name="depth">The most frames of a stack; the kernel allows kernel.perf_event_max_stack, mostly 127.</param>
    /// <param name="name">What the kernel lists it as.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public BpfStackTraceMap(int capacity, int depth = 127, string name = "stacks")
        : base(new MapDescription(MapType.StackTrace, sizeof(int), depth * sizeof(ulong), capacity) { Name = name }) => Depth = depth;

    /// <summary>The most frames of a stack.</summary>
    public int Depth { get; }

    /// <summary>Reads a stack.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>The addresses, the innermost first; empty when there is no such stack.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public ulong[] Get(int id)
    {
        ulong[] frames = new ulong[Depth];

        // SAFETY: the kernel writes Depth addresses and fills the rest with zeros.
        fixed (ulong* start = frames)
        {
            if (!Read(&id, start))
            {
                return [];
            }
        }

        int length = Array.IndexOf(frames, 0UL);
        return length < 0 ? frames : frames[..length];
    }

    /// <summary>Deletes a stack.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>False when there was none.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public bool Remove(int id) => Delete(&id);
}
