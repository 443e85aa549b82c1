using Microsoft.Win32.SafeHandles;

namespace Instrumentation.Ebpf.Interop;

/// <summary>A file descriptor that is closed exactly once.</summary>
internal abstract class DescriptorHandle : SafeHandleMinusOneIsInvalid
{
    /// <summary>Takes a descriptor over.</summary>
    /// <param name="descriptor">The descriptor, or a negative number for none.</param>
    protected DescriptorHandle(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor < 0 ? -1 : descriptor);

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => LibC.Close((int)handle) == 0;
}

/// <summary>A BPF map's descriptor.</summary>
/// <param name="descriptor">The descriptor.</param>
internal sealed class MapHandle(int descriptor) : DescriptorHandle(descriptor);

/// <summary>A loaded BPF program's descriptor.</summary>
/// <param name="descriptor">The descriptor.</param>
internal sealed class ProgramHandle(int descriptor) : DescriptorHandle(descriptor);

/// <summary>A BPF link's descriptor: closing it detaches.</summary>
/// <param name="descriptor">The descriptor.</param>
internal sealed class LinkHandle(int descriptor) : DescriptorHandle(descriptor);

/// <summary>The descriptor of loaded BTF.</summary>
/// <param name="descriptor">The descriptor.</param>
internal sealed class BtfHandle(int descriptor) : DescriptorHandle(descriptor);

/// <summary>A perf event's descriptor.</summary>
/// <param name="descriptor">The descriptor.</param>
internal sealed class PerfEventHandle(int descriptor) : DescriptorHandle(descriptor);

/// <summary>Another descriptor: a pidfd, a plain file.</summary>
/// <param name="descriptor">The descriptor.</param>
internal sealed class FileHandle(int descriptor) : DescriptorHandle(descriptor);
