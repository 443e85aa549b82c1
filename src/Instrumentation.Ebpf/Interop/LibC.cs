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

    /// <summary>epoll_create1(2).</summary>
    /// <param name="flags">EPOLL_ bits.</param>
    /// <returns>The descriptor, or -1 with errno.</returns>
    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    /// <summary>epoll_ctl(2).</summary>
    /// <param name="epoll">The epoll descriptor.</param>
    /// <param name="operation">EPOLL_CTL_ADD and so on.</param>
    /// <param name="descriptor">What is watched.</param>
    /// <param name="epollEvent">A struct epoll_event.</param>
    /// <returns>0, or -1 with errno.</returns>
    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int descriptor, byte* epollEvent);

    /// <summary>epoll_wait(2).</summary>
    /// <param name="epoll">The epoll descriptor.</param>
    /// <param name="events">Room for struct epoll_event.</param>
    /// <param name="count">How many fit.</param>
    /// <param name="milliseconds">The longest wait; -1 for no limit.</param>
    /// <returns>The events, or -1 with errno.</returns>
    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int count, int milliseconds);

    /// <summary>eventfd(2).</summary>
    /// <param name="initial">The counter's start.</param>
    /// <param name="flags">EFD_ bits.</param>
    /// <returns>The descriptor, or -1 with errno.</returns>
    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint initial, int flags);

    /// <summary>write(2).</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="data">What is written.</param>
    /// <param name="length">Its bytes.</param>
    /// <returns>The bytes written, or -1 with errno.</returns>
    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, void* data, nuint length);

    /// <summary>ppoll(2) without a signal mask.</summary>
    /// <param name="descriptors">Room of struct pollfd.</param>
    /// <param name="count">How many.</param>
    /// <param name="timeout">A struct timespec: seconds and nanoseconds, 8 bytes each.</param>
    /// <param name="mask">Null.</param>
    /// <returns>How many are ready, or -1 with errno.</returns>
    [LibraryImport(Library, EntryPoint = "ppoll", SetLastError = true)]
    public static partial int PreciselyPoll(PollDescriptor* descriptors, nuint count, long* timeout, void* mask);

    /// <summary>open(2).</summary>
    /// <param name="path">The path.</param>
    /// <param name="flags">O_ bits.</param>
    /// <returns>The descriptor, or -1 with errno.</returns>
    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);
}

/// <summary>struct pollfd.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor
{
    /// <summary>The descriptor.</summary>
    public int Descriptor;

    /// <summary>What to wait for.</summary>
    public short Events;

    /// <summary>What came.</summary>
    public short Returned;
}
