using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Errors;

namespace Instrumentation.Ebpf.Interop;

/// <summary>Exchanges what lies behind a range of addresses, in one step: threads that write to it meanwhile write to the old memory or to the new one.</summary>
internal static unsafe class FixedMapping
{
    private const int ReadWrite = 3;
    private const int Shared = 1;
    private const int Private = 2;
    private const int Fixed = 0x10;
    private const int Anonymous = 0x20;

    /// <summary>Puts the memory of a map there.</summary>
    /// <param name="source">The map.</param>
    /// <param name="address">The first byte, at a page's beginning. The caller owns the range, and nothing but it is changed.</param>
    /// <param name="length">Its bytes, whole pages, as many as the map has.</param>
    /// <exception cref="KernelCallException">The kernel refused; empty memory of the process is there then.</exception>
    public static void Replace(MapHandle source, nint address, nuint length)
    {
        using HandleLease lease = new(source);

        // SAFETY: the range is the caller's, so that no other memory is replaced.
        if (LibC.MemoryMap(address, length, ReadWrite, Shared | Fixed, lease.Descriptor, 0) == -1)
        {
            int error = Marshal.GetLastPInvokeError();
            ReplaceByEmpty(address, length);
            throw KernelErrors.OfCall("mmap", $"The memory of a map ({length} bytes) cannot be shared with the kernel", error);
        }
    }

    /// <summary>Puts empty memory of the process there.</summary>
    /// <param name="address">The first byte, at a page's beginning. The caller owns the range, and nothing but it is changed.</param>
    /// <param name="length">Its bytes, whole pages.</param>
    /// <exception cref="KernelCallException">The kernel refused; what was there is still there, mostly.</exception>
    public static void ReplaceByEmpty(nint address, nuint length)
    {
        // SAFETY: as for Replace.
        if (LibC.MemoryMap(address, length, ReadWrite, Private | Fixed | Anonymous, -1, 0) == -1)
        {
            throw KernelErrors.OfCall("mmap", $"Memory of {length} bytes cannot be taken", Marshal.GetLastPInvokeError());
        }
    }
}
