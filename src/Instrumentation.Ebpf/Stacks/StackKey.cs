using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Stacks;

/// <summary>What hits are counted by: the process, its stack, and what it worked for.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct StackKey
{
    /// <summary>The bytes of a key.</summary>
    public const int Size = 16;

    /// <summary>The process id.</summary>
    public int ProcessId;

    /// <summary>The id of the stack in the process, or a negative error number.</summary>
    public int UserStack;

    /// <summary>The id of the stack in the kernel, or a negative error number.</summary>
    public int KernelStack;

    /// <summary>The number of the site whose span the thread worked for; 0 for none, and where stacks are not told apart by it.</summary>
    public int SpanSite;
}
