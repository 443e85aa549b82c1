using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Names;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Elf;

public sealed class ElfFileTests
{
    [Fact]
    public void TryGetOffset_OfAFunction_IsWhereTheProcessHasItsBytes()
    {
        using var file = ElfFile.Open(Libraries.Libc);
        IReadOnlyList<ElfSymbol> functions = file.Symbols.Match(new NamePattern("mem*"));
        ProcessMap[] maps = [.. ProcessMap.Read("self").Where(map => map.Path == file.Path && map.IsExecutable)];
        using FileStream memory = File.OpenRead("/proc/self/mem");

        Assert.True(functions.Count > 10);
        Assert.All(functions, function =>
        {
            Assert.True(file.TryGetOffset(function, out ulong offset));
            Assert.True(file.TryGetAddress(offset, out ulong address));
            Assert.Equal(function.Address, address);
            ProcessMap map = Assert.Single(maps, map => offset >= map.Offset && offset - map.Offset < map.End - map.Start);
            byte[] live = new byte[Math.Max(1, (int)function.Size)];
            memory.Position = (long)(map.Start + offset - map.Offset);
            memory.ReadExactly(live);
            Assert.Equal(live, file.Read(offset, (ulong)live.Length, "the function").ToArray());
        });
    }

    [Fact]
    public void Find_WithVersions_TellsThemApart()
    {
        using var file = ElfFile.Open(Libraries.Libc);
        ElfSymbol plain = file.Symbols.Find("memcpy")!.Value;
        ElfSymbol old = file.Symbols.Find("memcpy@GLIBC_2.2.5")!.Value;

        Assert.Equal("memcpy@@GLIBC_2.14", plain.FullName);
        Assert.True(plain.IsDefaultVersion);
        Assert.Equal("memcpy@GLIBC_2.2.5", old.FullName);
        Assert.False(old.IsDefaultVersion);
        Assert.Equal(plain, file.Symbols.Find("memcpy@@GLIBC_2.14"));
        Assert.Equal(2, file.Symbols.FindAll("memcpy").Count);
        Assert.Null(file.Symbols.Find("memcpy@GLIBC_9"));
    }

    [Theory]
    [InlineData("mallok", "malloc")]
    [InlineData("pthread_craete", "pthread_create")]
    [InlineData("GETADDRINFO", "getaddrinfo")]
    public void Nearest_OfAMisspeltName_IsTheRightOne(string wanted, string right)
    {
        using var file = ElfFile.Open(Libraries.Libc);

        Assert.Null(file.Symbols.Find(wanted));
        Assert.Equal(right, file.Symbols.Nearest(wanted)[0]);
    }

    [Fact]
    public void Nearest_OfNothingLikeIt_IsEmpty()
    {
        using var file = ElfFile.Open(Libraries.Libc);

        Assert.Empty(file.Symbols.Nearest("OrderServicePlaceOrderAsync"));
    }

    [Fact]
    public void Match_IsWhatAScanFinds_OnceForEachAddress()
    {
        using var file = ElfFile.Open(Libraries.Sqlite);
        ElfSymbol[] scanned = [.. file.SymbolTables.SelectMany(table => Enumerable.Range(0, table.Count).Select(i => table[i])).Where(symbol => symbol.IsDefined && symbol.IsFunction && symbol.Name.StartsWith("sqlite3_", StringComparison.Ordinal))];
        IReadOnlyList<ElfSymbol> matched = file.Symbols.Match(new NamePattern("sqlite3_*"));

        Assert.True(matched.Count > 200);
        Assert.Equal(scanned.Select(symbol => symbol.Address).Distinct().Order(), matched.Select(symbol => symbol.Address));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void At_AnyByteOfAFunction_IsAFunctionThatHasIt(string path)
    {
        using var file = ElfFile.Open(path);
        ElfSymbol[] functions = [.. file.SymbolTables.SelectMany(table => Enumerable.Range(0, table.Count).Select(i => table[i])).Where(symbol => symbol.IsDefined && symbol.IsFunction && symbol.Size > 0)];

        Assert.All(functions, function =>
        {
            foreach (ulong address in (ReadOnlySpan<ulong>)[function.Address, function.Address + (function.Size / 2), function.Address + function.Size - 1])
            {
                ElfSymbol found = Assert.NotNull(file.Symbols.At(address));
                Assert.InRange(address, found.Address, found.Address + Math.Max(found.Size, 1) - 1);
            }
        });
        Assert.Null(file.Symbols.At(0));
        Assert.Null(file.Symbols.At(ulong.MaxValue));
    }

    [Fact]
    public void At_AFunctionOfManyNames_IsTheOneThatPeopleWrite()
    {
        using var file = ElfFile.Open(Libraries.Libc);

        Assert.Equal("write", file.Symbols.At(file.Symbols.Find("__write")!.Value.Address)!.Value.Name);
    }

    [Fact]
    public void Open_OfWhatIsNoElf_SaysSo()
    {
        BadFileException text = Assert.Throws<BadFileException>(() => ElfFile.Open("/etc/passwd"));
        BadFileException missing = Assert.Throws<BadFileException>(() => ElfFile.Open("/nowhere/libc.so"));
        BadFileException directory = Assert.Throws<BadFileException>(() => ElfFile.Open("/etc"));

        Assert.Contains("does not begin as an ELF file", text.Message, StringComparison.Ordinal);
        Assert.Equal("/nowhere/libc.so", missing.File);
        Assert.NotNull(missing.InnerException);
        Assert.Equal("/etc", directory.File);
    }

    public static TheoryData<string> Files => Libraries.All;
}
