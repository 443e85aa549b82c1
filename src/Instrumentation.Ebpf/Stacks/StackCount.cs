using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Stacks;

/// <summary>What is kept of a stack on a processor.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct StackCount
{
    /// <summary>How often it was seen.</summary>
    public long Hits;

    /// <summary>The sum of the hits' weights; 0 where they have none.</summary>
    public long Weight;
}
