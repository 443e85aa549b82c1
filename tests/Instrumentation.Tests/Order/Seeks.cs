using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Instrumentation.Tests.Order;

/// <summary>A method to be probed that makes one cheap system call which takes a number with it: lseek(2) on a descriptor that is none.</summary>
internal static partial class Seeks
{
    /// <summary>The descriptor, by which probes know the calls.</summary>
    public const int Descriptor = -77;

    /// <summary>Makes the call.</summary>
    /// <param name="number">The number.</param>
    /// <returns>What lseek(2) returned: -1.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long Call(long number) => Seek(Descriptor, number, 0);

    [LibraryImport("libc", EntryPoint = "lseek")]
    private static partial long Seek(int descriptor, long offset, int whence);
}
