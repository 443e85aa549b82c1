using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Tests.Support;

/// <summary>Calls that wait, straight to the kernel.</summary>
internal static partial class WaitCalls
{
    /// <summary>nanosleep(2).</summary>
    public static void Sleep(int milliseconds)
    {
        long[] time = [milliseconds / 1000, milliseconds % 1000 * 1_000_000L];
        Assert.Equal(0, NanoSleep(time, 0));
    }

    /// <summary>pipe(2).</summary>
    public static (int Read, int Write) Pipe()
    {
        int[] ends = new int[2];
        Assert.Equal(0, MakePipe(ends));
        return (ends[0], ends[1]);
    }

    /// <summary>socketpair(2), of unix streams.</summary>
    public static (int One, int Other) Sockets()
    {
        int[] ends = new int[2];
        Assert.Equal(0, SocketPair(1, 1, 0, ends));
        return (ends[0], ends[1]);
    }

    /// <summary>Binds the calling thread to a processor.</summary>
    public static void Pin(int processor)
    {
        ulong[] mask = new ulong[16];
        mask[processor / 64] = 1UL << (processor % 64);
        Assert.Equal(0, SetAffinity(0, (nuint)(mask.Length * sizeof(ulong)), mask));
    }

    /// <summary>read(2).</summary>
    [LibraryImport("libc", EntryPoint = "read")]
    public static partial nint Read(int descriptor, Span<byte> data, nint length);

    /// <summary>write(2).</summary>
    [LibraryImport("libc", EntryPoint = "write")]
    public static partial nint Write(int descriptor, ReadOnlySpan<byte> data, nint length);

    /// <summary>recv(2).</summary>
    [LibraryImport("libc", EntryPoint = "recv")]
    public static partial nint Receive(int descriptor, Span<byte> data, nint length, int flags);

    /// <summary>send(2).</summary>
    [LibraryImport("libc", EntryPoint = "send")]
    public static partial nint Send(int descriptor, ReadOnlySpan<byte> data, nint length, int flags);

    /// <summary>close(2).</summary>
    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    /// <summary>pread(2).</summary>
    [LibraryImport("libc", EntryPoint = "pread64")]
    public static partial nint PositionedRead(int descriptor, Span<byte> data, nint length, long offset);

    /// <summary>Creates a file, or opens it, to read and write.</summary>
    public static int OpenFile(string path)
    {
        int descriptor = Open(path, 0x42, 0x1b6);
        Assert.True(descriptor >= 0, path);
        return descriptor;
    }

    /// <summary>Maps empty pages.</summary>
    public static nint MapPages(nuint bytes)
    {
        nint address = Map(0, bytes, 3, 0x22, -1, 0);
        Assert.NotEqual(-1, address);
        return address;
    }

    /// <summary>Unmaps pages.</summary>
    public static void UnmapPages(nint address, nuint bytes) => Assert.Equal(0, Unmap(address, bytes));

    /// <summary>Sends a signal to the calling thread.</summary>
    public static int SignalThisThread(int signal) => (int)TgKill(234, Environment.ProcessId, NativeCalls.ThreadId(), signal);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint TgKill(nint number, nint process, nint thread, nint signal);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint bytes, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint bytes);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(ReadOnlySpan<long> time, nint left);

    [LibraryImport("libc", EntryPoint = "pipe")]
    private static partial int MakePipe(Span<int> ends);

    [LibraryImport("libc", EntryPoint = "socketpair")]
    private static partial int SocketPair(int domain, int type, int protocol, Span<int> ends);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int process, nuint bytes, ReadOnlySpan<ulong> mask);
}
