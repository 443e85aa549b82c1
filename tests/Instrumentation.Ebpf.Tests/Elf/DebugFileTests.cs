using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Elf;

/// <summary>A stripped library whose symbols lie in a file of their own, made as distributions make them.</summary>
public sealed class DebugFileTests
{
    private const string Source = """
        static int __attribute__((noinline)) hidden(int x) { return x * 3; }
        int seen(int x) { return hidden(x) + 1; }
        """;

    [Theory]
    [InlineData("", "x.debug", false)]
    [InlineData("", ".debug/x.debug", false)]
    [InlineData("-Wl,--build-id=0x0123456789abcdef", "usr/lib/debug/.build-id/01/23456789abcdef.debug", true)]
    [InlineData("", "usr/lib/debug/x.debug", true)]
    public void SymbolsOf_AStrippedLibrary_AreThoseOfItsDebugFile(string option, string place, bool isInRoot)
    {
        using var root = new TemporaryDirectory();
        string library = Compile(root, option);
        Place(root[place], root["made.debug"]);
        using var file = ElfFile.Open(library);

        Assert.Null(file.Symbols.Find("hidden"));
        ElfSymbols symbols = ElfDebugFile.SymbolsOf(file, isInRoot ? root.Path : "/");
        ElfSymbol hidden = symbols.Find("hidden")!.Value;
        Assert.Equal(ElfSymbolBinding.Local, hidden.Binding);
        Assert.Equal("hidden", symbols.At(hidden.Address + 1)!.Value.Name);
        Assert.True(file.TryGetOffset(hidden, out ulong offset));
        Assert.True(offset < (ulong)file.Length);
        Assert.Equal("seen", symbols.At(file.Symbols.Find("seen")!.Value.Address)!.Value.Name);
    }

    [Fact]
    public void SymbolsOf_WithTheDebugFileOfAnotherBuild_AreOnlyItsOwn()
    {
        using var root = new TemporaryDirectory();
        string library = Compile(root, string.Empty);
        File.WriteAllBytes(root["x.debug"], [.. File.ReadAllBytes(root["made.debug"]), 0]);
        using var file = ElfFile.Open(library);

        Assert.Null(ElfDebugFile.Open(file));
        Assert.Null(ElfDebugFile.SymbolsOf(file).Find("hidden"));
    }

    [Fact]
    public void Crc_IsThatOfTheLink()
    {
        using var root = new TemporaryDirectory();
        using var file = ElfFile.Open(Compile(root, string.Empty));
        using var debug = ElfFile.Open(root["made.debug"]);

        Assert.Equal("x.debug", file.Identity.DebugLink);
        Assert.Equal(Crc32.Of(debug), file.Identity.DebugLinkCrc);
        Assert.Equal(0xCBF43926, Crc32.Append(0, "123456789"u8));
    }

    private static string Compile(TemporaryDirectory root, string option)
    {
        string library = root["libx.so"];
        File.WriteAllText(root["x.c"], Source);
        Tool.Run("gcc", ["-O1", "-g", "-shared", "-fPIC", option.Length == 0 ? "-Wl,--build-id=none" : option, "-o", library, root["x.c"]]);
        Tool.Run("objcopy", "--only-keep-debug", library, root["x.debug"]);
        Tool.Run("objcopy", "--strip-all", $"--add-gnu-debuglink={root["x.debug"]}", library);
        File.Move(root["x.debug"], root["made.debug"]);
        return library;
    }

    private static void Place(string path, string made)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Copy(made, path);
    }
}
