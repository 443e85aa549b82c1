using System.Runtime.InteropServices;

namespace Probed.Scenarios;

/// <summary>System calls and functions of the C library for scenarios.</summary>
internal static partial class SystemCalls
{
    /// <summary>A descriptor that is none, by which probes know the calls of <see cref="Seek(long)"/>.</summary>
    public const int NoDescriptor = -77;

    /// <summary>lseek(2) on a descriptor that is none.</summary>
    /// <param name="number">What the call takes along.</param>
    public static void Seek(long number) => _ = Seek(NoDescriptor, number, 0);

    /// <summary>a64l(3).</summary>
    /// <param name="text">A text with a zero behind it.</param>
    [LibraryImport("libc", EntryPoint = "a64l")]
    public static partial nint A64L(nint text);

    /// <summary>gettid(2).</summary>
    [LibraryImport("libc", EntryPoint = "gettid")]
    public static partial int ThreadId();

    /// <summary>Forks a child that makes some probed calls and ends at once, and waits for its end.</summary>
    /// <param name="text">A text for <see cref="A64L"/>.</param>
    /// <returns>The child's exit code; -1 when there was none.</returns>
    public static int ForkOnce(nint text)
    {
        int child = Fork();
        if (child == 0)
        {
            // Of the runtime only this thread is here: nothing that could wait for another one may be called.
            _ = ForkedSeek(NoDescriptor, 1, 0);
            _ = ForkedA64L(text);
            Exit(3);
        }

        int waited;
        int status;
        do
        {
            waited = WaitProcess(child, out status, 0);
        }
        while (waited == -1 && Marshal.GetLastSystemError() == 4);
        return waited == child && (status & 0x7f) == 0 ? (status >> 8) & 0xff : -1;
    }

    [SuppressGCTransition]
    [LibraryImport("libc", EntryPoint = "fork")]
    private static partial int Fork();

    [SuppressGCTransition]
    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);

    [SuppressGCTransition]
    [LibraryImport("libc", EntryPoint = "lseek")]
    private static partial long ForkedSeek(int descriptor, long offset, int whence);

    [SuppressGCTransition]
    [LibraryImport("libc", EntryPoint = "a64l")]
    private static partial nint ForkedA64L(nint text);

    [LibraryImport("libc", EntryPoint = "waitpid")]
    private static partial int WaitProcess(int process, out int status, int options);

    [LibraryImport("libc", EntryPoint = "lseek")]
    private static partial long Seek(int descriptor, long offset, int whence);
}
