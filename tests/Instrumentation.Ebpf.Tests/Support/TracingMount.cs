using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Capabilities;

namespace Instrumentation.Ebpf.Tests.Support;

/// <summary>Runs code on a thread of its own that sees the tracing file system, mounted for this thread alone: the machine's mounts stay as they are.</summary>
internal static partial class TracingMount
{
    private const int NewMountNamespace = 0x20000;
    private const ulong Recursive = 0x4000;
    private const ulong Private = 0x40000;

    /// <summary>Runs it. What it awaits before it touches the file system has to be complete already.</summary>
    public static T Run<T>(Func<T> code)
    {
        Require.Capability(CapabilityNames.RightAdministration);
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                Mount();
                result = code();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    private static void Mount()
    {
        if (Mounts.Tracing() is not null)
        {
            return;
        }

        Check(Unshare(NewMountNamespace));
        Check(Mount("none", "/", null, Recursive | Private, null));
        Check(Mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, null));
    }

    private static void Check(int answer)
    {
        if (answer != 0)
        {
            throw new InvalidOperationException($"The tracing file system cannot be mounted: errno {Marshal.GetLastPInvokeError()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string? type, ulong flags, string? data);
}
