using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Tests.Support;

/// <summary>A system call with a number of 64 bits and one of 32 that does nothing: lseek(2) on a descriptor that is none.</summary>
internal static partial class Seeks
{
    /// <summary>The descriptor, by which probes know the calls.</summary>
    public const int Descriptor = -77;

    /// <summary>Makes the call.</summary>
    public static void Call(long value, int key) => _ = Seek(Descriptor, value, key);

    /// <summary>Calls that are all alike.</summary>
    public static (long Value, int Key)[] Many(int count) => [.. Enumerable.Repeat((1L, 1), count)];

    /// <summary>Makes calls on several threads that wander between the processors.</summary>
    public static void CallOnThreads(IReadOnlyList<IReadOnlyList<(long Value, int Key)>> calls)
    {
        Thread[] threads = [.. calls.Select((some, number) => new Thread(() =>
        {
            for (int i = 0; i < some.Count; i++)
            {
                if (i % 100 == 0)
                {
                    nuint mask = (nuint)1 << (((i / 100) + number) % Math.Min(Environment.ProcessorCount, 64));
                    Assert.Equal(0, SetAffinity(0, (nuint)nuint.Size, in mask));
                }

                Call(some[i].Value, some[i].Key);
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
    }

    [LibraryImport("libc", EntryPoint = "lseek")]
    private static partial long Seek(int descriptor, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint size, in nuint mask);
}
