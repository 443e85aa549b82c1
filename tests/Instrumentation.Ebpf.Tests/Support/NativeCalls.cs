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
