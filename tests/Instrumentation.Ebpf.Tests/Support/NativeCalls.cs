using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Support;

/// <summary>Functions of the C library that nothing else calls, to be probed.</summary>
internal static partial class NativeCalls
{
    /// <summary>a64l(3).</summary>
    [LibraryImport("libc", EntryPoint = "a64l", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint A64L(string text);

    /// <summary>inet_network(3).</summary>
    [LibraryImport("libc", EntryPoint = "inet_network", StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint InetNetwork(string text);

    /// <summary>gettid(2).</summary>
    [LibraryImport("libc", EntryPoint = "gettid")]
    public static partial int ThreadId();

    /// <summary>getuid(2).</summary>
    [LibraryImport("libc", EntryPoint = "getuid")]
    public static partial uint UserId();

    /// <summary>prctl(2).</summary>
    [LibraryImport("libc", EntryPoint = "prctl")]
    public static partial int ProcessControl(int option, nuint argument);

    /// <summary>fsync(2).</summary>
    [LibraryImport("libc", EntryPoint = "fsync")]
    public static partial int Fsync(int descriptor);

    /// <summary>strlen(3), which is chosen at load time.</summary>
    [LibraryImport("libc", EntryPoint = "strlen")]
    public static partial nint StrLen(nint text);

    /// <summary>A text of six bytes that nothing else has.</summary>
    public static nint Marked { get; } = Marshal.StringToCoTaskMemUTF8("marked");

    /// <summary>The file that holds the function, and where in it the function begins.</summary>
    public static (string Path, ulong Offset) PlaceOfA64L()
    {
        string path = Libraries.Libc;
        using ElfFile file = ElfFile.Open(path);
        ElfSymbol? symbol = file.Symbols.Find("a64l");
        Assert.NotNull(symbol);
        Assert.True(file.TryGetOffset(symbol.Value, out ulong offset));
        return (path, offset);
    }
}
