using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Errors;
using Microsoft.Win32.SafeHandles;

namespace Instrumentation.Ebpf.Interop;

/// <summary>Memory that is shared with the kernel through a map's descriptor; unmapped exactly once.</summary>
internal sealed unsafe class MemoryMapping : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int ProtectionRead = 1;
    private const int ProtectionWrite = 2;
    private const int Shared = 1;

    private MemoryMapping(nint address, nuint length)
        : base(ownsHandle: true)
    {
        SetHandle(address);
        Length = length;
    }

    /// <summary>The bytes that are mapped.</summary>
    public nuint Length { get; }

    /// <summary>The first byte. The caller keeps the mapping alive while it uses the address.</summary>
    // SAFETY: the address is that of a live mapping, or this throws; what keeps it alive is said above.
    public byte* Address => IsClosed ? throw new ObjectDisposedException(nameof(MemoryMapping)) : (byte*)handle;

    /// <summary>Maps memory.</summary>
    /// <param name="source">What is mapped.</param>
    /// <param name="offset">Where in it, whole pages.</param>
    /// <param name="length">The bytes.</param>
    /// <param name="writable">Whether user space may write.</param>
    /// <returns>The mapping.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public static MemoryMapping Map(DescriptorHandle source, nint offset, nuint length, bool writable)
    {
        using HandleLease lease = new(source);
        int protection = writable ? ProtectionRead | ProtectionWrite : ProtectionRead;

        // SAFETY: the kernel chooses a free range, so that no memory of this process is replaced.
        nint address = LibC.MemoryMap(0, length, protection, Shared, lease.Descriptor, offset);
        return address != -1
            ? new MemoryMapping(address, length)
            : throw KernelErrors.OfCall("mmap", $"The memory of a map ({length} bytes) cannot be shared with the kernel", Marshal.GetLastPInvokeError());
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => LibC.MemoryUnmap(handle, Length) == 0;
}
