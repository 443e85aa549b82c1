using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Instrumentation.Tests.Attribution;

/// <summary>A service whose requests write and sleep as much as their numbers say, with awaits between.</summary>
internal static partial class StoreService
{
    /// <summary>The bytes that a request of <see cref="StoreAsync"/> writes, the more the greater its number.</summary>
    public const int BytesOfAStore = 1000;

    /// <summary>How long such a request sleeps, in milliseconds.</summary>
    public const int SleepOfAStore = 10;

    private const int CurrentDirectory = -100;

    /// <summary>A request that writes and sleeps, and moves between threads.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static async Task StoreAsync(int number, int descriptor, byte[] data)
    {
        await Task.Yield();
        _ = Write(descriptor, data, BytesOfAStore + number);
        await Task.Delay(1);
        _ = NanoSleep([0, SleepOfAStore * 1_000_000L], 0);
        await Task.Yield();
        _ = Write(descriptor, data, 1);
    }

    /// <summary>Creates a file to write to.</summary>
    public static int Create(string path) => OpenAt(CurrentDirectory, path, 0x41);

    /// <summary>close(2).</summary>
    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "openat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAt(int directory, string path, int flags, int mode = 0x1b6);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> data, nint length);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(ReadOnlySpan<long> time, nint left);
}
