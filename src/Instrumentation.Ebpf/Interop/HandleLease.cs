using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Interop;

/// <summary>
/// A descriptor's number for the time of one call: while the lease lives, no other thread's Dispose can close the descriptor and let its number
/// be given to something else.
/// </summary>
internal readonly ref struct HandleLease
{
    private readonly SafeHandle? _handle;

    /// <summary>Holds a handle open.</summary>
    /// <param name="handle">The handle; null for none.</param>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public HandleLease(SafeHandle? handle)
    {
        if (handle is null)
        {
            return;
        }

        bool held = false;
        handle.DangerousAddRef(ref held);
        _handle = handle;
        Descriptor = (int)handle.DangerousGetHandle();
    }

    /// <summary>The descriptor's number; 0 where there is no handle, as the kernel's attributes have it.</summary>
    public int Descriptor { get; }

    /// <summary>Lets go.</summary>
    public void Dispose() => _handle?.DangerousRelease();
}
