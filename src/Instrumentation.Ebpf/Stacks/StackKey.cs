using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Stacks;

/// <summary>What hits are counted by: the process and its stack.</summary>
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

    /// <summary>Zero: keys compare byte by byte.</summary>
    public int Padding;
}
