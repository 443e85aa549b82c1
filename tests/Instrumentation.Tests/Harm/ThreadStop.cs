using System.Runtime.InteropServices;

namespace Instrumentation.Tests.Harm;

/// <summary>Stops one thread of another process, as a debugger does: ptrace(2).</summary>
internal static partial class ThreadStop
{
    private const int Seize = 0x4206;
    private const int Interrupt = 0x4207;
    private const int Detach = 17;
    private const int AllThreads = 0x40000000;

    /// <summary>Stops a thread and lets it go on, several times.</summary>
    /// <param name="thread">The thread's id.</param>
    /// <param name="times">How often.</param>
    /// <param name="length">How long each time.</param>
    /// <returns>Why it could not be; null when it could.</returns>
    public static Task<string?> RunAsync(int thread, int times, Func<int, TimeSpan> length) => Task.Factory.StartNew(() => Run(thread, times, length), TaskCreationOptions.LongRunning);

    // The kernel wants all requests of one tracing thread.
    private static string? Run(int thread, int times, Func<int, TimeSpan> length)
    {
        for (int stop = 0; stop < times; stop++)
        {
            if (Trace(Seize, thread, 0, 0) != 0 || Trace(Interrupt, thread, 0, 0) != 0)
            {
                return Marshal.GetLastPInvokeErrorMessage();
            }

            if (WaitProcess(thread, out _, AllThreads) != thread)
            {
                return Marshal.GetLastPInvokeErrorMessage();
            }

            Thread.Sleep(length(stop));
            _ = Trace(Detach, thread, 0, 0);
            Thread.Sleep(100);
        }

        return null;
    }

    [LibraryImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    private static partial nint Trace(nint request, nint thread, nint address, nint data);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitProcess(int process, out int status, int options);
}
