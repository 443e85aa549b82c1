using System.Runtime.InteropServices;

namespace Instrumentation.Benchmarks.Interop;

/// <summary>A cheap system call that only its maker makes: lseek(2) on a descriptor that is none.</summary>
internal static partial class NoDescriptor
{
    /// <summary>The descriptor, by which probes know the calls.</summary>
    public const int Number = -77;

    /// <summary>Makes the call.</summary>
    /// <param name="offset">What it takes along.</param>
    public static void Seek(long offset) => _ = Seek(Number, offset, 0);

    [LibraryImport("libc", EntryPoint = "lseek")]
    private static partial long Seek(int descriptor, long offset, int whence);
}
