using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>A call that has begun and not ended.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CallKey
{
    /// <summary>The bytes of a key.</summary>
    public const int Size = 16;

    /// <summary>The process id in the upper half, the thread id in the lower.</summary>
    public ulong Thread;

    /// <summary>What tells it apart from other calls of the thread.</summary>
    public ulong Frame;
}
