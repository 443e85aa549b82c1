using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Soak;

/// <summary>What the workload calls: methods of several kinds, a system call and a native function, each of which nothing else calls.</summary>
internal static partial class Work
{
    /// <summary>A descriptor that is none, by which probes know the system calls.</summary>
    public const int NoDescriptor = -77;

    private static readonly Item Shared = new();

    /// <summary>The names of the places, in the order of <see cref="Call"/>.</summary>
    public static IReadOnlyList<string> Places { get; } = ["plain", "text", "instance", "generic", "throwing", "async", "syscall", "native"];

    /// <summary>How many places are methods; the others are the kernel's.</summary>
    public static int Methods => 6;

    /// <summary>Calls a place.</summary>
    /// <param name="place">Its number.</param>
    /// <param name="number">What the call takes along.</param>
    public static void Call(int place, int number)
    {
        switch (place)
        {
            case 0:
                Plain(number);
                break;
            case 1:
                Text(number, "text");
                break;
            case 2:
                Shared.Instance(number);
                break;
            case 3:
                Generic<string>(number);
                break;
            case 4:
                Throwing(number);
                break;
            case 5:
                Async(number).GetAwaiter().GetResult();
                break;
            case 6:
                _ = Seek(NoDescriptor, number, 0);
                break;
            default:
                _ = A64L("marked");
                break;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static int Plain(int number) => number * 3;

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static int Text(int number, string text) => number + text.Length;

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static int Generic<T>(int number) => number + typeof(T).Name.Length;

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static int Throwing(int number)
    {
        try
        {
            return number % 200 == 0 ? throw new InvalidOperationException() : number;
        }
        catch (InvalidOperationException)
        {
            return -1;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static async Task<int> Async(int number)
    {
        if (number % 50 == 0)
        {
            await Task.Yield();
        }

        return number;
    }

    [LibraryImport("libc", EntryPoint = "lseek")]
    private static partial long Seek(int descriptor, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "a64l", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint A64L(string text);

    internal sealed class Item
    {
        private int _last;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public int Instance(int number) => _last = number;
    }
}
