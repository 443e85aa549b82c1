using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Interop;

/// <summary>The functions of the C library that this backend calls. Each leaves errno where <see cref="Marshal.GetLastPInvokeError"/> finds it.</summary>
// SAFETY: the signatures are those of the C library on 64-bit Linux; each caller says why what it passes is sound.
internal static unsafe partial class LibC
{
    private const string Library = "libc";

    /// <summary>syscall(2) with as many arguments as any call here needs.</summary>
    /// <param name="number">The system call's number.</param>
    /// <param name="a">The first argument.</param>
    /// <param name="b">The second.</param>
    /// <param name="c">The third.</param>
    /// <param name="d">The fourth.</param>
    /// <param name="e">The fifth.</param>
    /// <returns>What the kernel answered; -1 with errno on failure.</returns>
    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint SystemCall(nint number, nint a, nint b, nint c, nint d, nint e);

    /// <summary>close(2).</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <returns>0, or -1 with errno.</returns>
    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    /// <summary>mmap(2).</summary>
    /// <param name="address">The wanted address; null for any.</param>
    /// <param name="length">The bytes.</param>
    /// <param name="protection">PROT_ bits.</param>
    /// <param name="flags">MAP_ bits.</param>
    /// <param name="descriptor">What is mapped.</param>
    /// <param name="offset">Where in it, in bytes; whole pages.</param>
    /// <returns>The address, or -1 with errno.</returns>
    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    public static partial nint MemoryMap(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    /// <summary>munmap(2).</summary>
    /// <param name="address">The address.</param>
    /// <param name="length">The bytes.</param>
    /// <returns>0, or -1 with errno.</returns>
    [LibraryImport(Library, EntryPoint = "munmap", SetLastError = true)]
    public static partial int MemoryUnmap(nint address, nuint length);

    /// <summary>ioctl(2) with an integer argument.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="request">The request.</param>
    /// <param name="argument">Its argument.</param>
    /// <returns>The request's answer, or -1 with errno.</returns>
    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int IoControl(int descriptor, nuint request, nint argument);

    /// <summary>open(2).</summary>
    /// <param name="path">The path.</param>
    /// <param name="flags">O_ bits.</param>
    /// <returns>The descriptor, or -1 with errno.</returns>
    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);
}
