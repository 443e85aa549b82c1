using System.Globalization;
using System.Runtime.CompilerServices;

namespace Instrumentation.Ebpf.Interop;

/// <summary>A pid namespace, as the kernel's programs name it.</summary>
/// <param name="Device">The device of the file that stands for it.</param>
/// <param name="Inode">The inode of the file.</param>
internal sealed unsafe record PidNamespace(uint Device, uint Inode)
{
    private const string Path = "/proc/self/ns/pid";
    private const uint Initial = 0xEFFF_FFFC;
    private const int CurrentDirectory = -100;
    private const uint BasicStatus = 0x7ff;
    private const int MinorBits = 20;

    /// <summary>The namespace of this process when it is in a container with ids of its own; null when it is the initial one, or is not known.</summary>
    public static PidNamespace? Own { get; } = Find();

    private static PidNamespace? Find()
    {
        try
        {
            // The link reads pid:[4026531836].
            string? target = new FileInfo(Path).LinkTarget;
            return target?.Split('[', ']') is [_, var number, ..] && uint.TryParse(number, CultureInfo.InvariantCulture, out uint inode) && inode != Initial && DeviceOf() is { } device
                ? new PidNamespace(device, inode)
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // The kernel compares its own number of the device: the major number above 20 bits of the minor one.
    private static uint? DeviceOf()
    {
        StatusFields status = default;

        // SAFETY: the path is a constant with a zero byte behind it, and the fields are as large as struct statx.
        fixed (byte* path = "/proc/self/ns/pid\0"u8)
        {
            nint answer = LibC.SystemCall(SystemCallNumber.FileStatus, CurrentDirectory, (nint)path, 0, (nint)BasicStatus, (nint)(&status));
            return answer == 0 ? (status[StatusFields.DeviceMajor] << MinorBits) | status[StatusFields.DeviceMinor] : null;
        }
    }

    /// <summary>struct statx: 256 bytes, in words.</summary>
    [InlineArray(64)]
    private struct StatusFields
    {
        /// <summary>The word of stx_dev_major.</summary>
        public const int DeviceMajor = 0x88 / sizeof(uint);

        /// <summary>The word of stx_dev_minor.</summary>
        public const int DeviceMinor = 0x8c / sizeof(uint);

        private uint _first;
    }
}
