using System.Diagnostics;
using System.Text.RegularExpressions;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Elf;

public sealed partial class LibraryResolverTests
{
    [Theory]
    [InlineData("libc.so.6")]
    [InlineData("libc.so")]
    [InlineData("libc")]
    [InlineData("c")]
    public void Find_OfAMappedLibrary_IsTheMappedFile(string name)
    {
        string mapped = ProcessMap.Read("self").First(map => Path.GetFileName(map.Path) == "libc.so.6").Path;

        Assert.Equal(mapped, LibraryResolver.Find(name)!.Path);
        Assert.Equal(mapped, LibraryResolver.Find(name, Environment.ProcessId)!.Path);
    }

    [Fact]
    public void Find_OfEveryLibraryOfTheCache_IsWhereLdconfigSaysThatItIs()
    {
        MatchCollection lines = CacheLine().Matches(Tool.Run("ldconfig", "-p"));
        HashSet<string> mapped = [.. ProcessMap.Read("self").Select(map => Path.GetFileName(map.Path))];

        Assert.True(lines.Count > 20);
        Assert.Equal(
            lines.Select(line => (line.Groups["name"].Value, line.Groups["path"].Value)).Order(),
            LibraryPlaces.Cached("/").Order());
        Assert.All(lines.Where(line => !mapped.Contains(line.Groups["name"].Value)).Take(40), line =>
            Assert.Equal(RootedPath.Follow("/", line.Groups["path"].Value), LibraryResolver.Find(line.Groups["name"].Value)?.Path));
    }

    [Fact]
    public void Find_ForAnotherProcess_IsWhatItHasMapped()
    {
        using Process sleep = Process.Start("sleep", "20");
        try
        {
            SpinWait.SpinUntil(() => ProcessMap.Read(Id(sleep)).Any(map => map.Path.Contains("libc.so", StringComparison.Ordinal)), TimeSpan.FromSeconds(5));
            LibraryFile libc = LibraryResolver.Find("libc.so.6", sleep.Id)!;

            Assert.Equal($"/proc/{sleep.Id}/root", libc.Root);
            Assert.Equal(libc.Root + libc.PathInProcess, libc.Path);
            Assert.Contains(ProcessMap.Read(Id(sleep)), map => map.Path == libc.PathInProcess);
            using var file = ElfFile.Open(libc.Path);
            Assert.NotNull(file.Symbols.Find("malloc"));
            Assert.Contains("sleep", LibraryResolver.Find("sleep", sleep.Id)!.PathInProcess, StringComparison.Ordinal);
        }
        finally
        {
            sleep.Kill();
            sleep.WaitForExit();
        }
    }

    [Fact]
    public void Find_OfAProgram_LooksInThePath() => Assert.Equal(RootedPath.Follow("/", "/bin/sh"), LibraryResolver.Find("sh")!.Path);

    [Fact]
    public void Resolve_OfAMisspeltLibrary_NamesTheNearest()
    {
        PlaceNotFoundException error = Assert.Throws<PlaceNotFoundException>(() => LibraryResolver.Resolve("libstdc+.so.6"));
        PlaceNotFoundException path = Assert.Throws<PlaceNotFoundException>(() => LibraryResolver.Resolve("/etc/paswd"));

        Assert.Contains("libstdc++.so.6", error.Nearest);
        Assert.Contains("/etc/passwd", path.Nearest);
    }

    [Fact]
    public void Resolve_ForAProcessThatDoesNotExist_SaysSo() =>
        Assert.Contains("process 4194305 does not exist", Assert.Throws<PlaceNotFoundException>(() => LibraryResolver.Resolve("libc", 4194305)).Message, StringComparison.Ordinal);

    [Fact]
    public void Follow_OfLinks_StaysInsideOfTheRoot()
    {
        using var root = new TemporaryDirectory();
        Directory.CreateDirectory(root["lib/real"]);
        File.WriteAllText(root["lib/real/libx.so.1.2"], "x");
        File.CreateSymbolicLink(root["lib/libx.so.1"], "/lib/real/libx.so.1.2");
        File.CreateSymbolicLink(root["lib/libx.so"], "libx.so.1");
        File.CreateSymbolicLink(root["lib/up"], "../../../../../lib/real/libx.so.1.2");
        File.CreateSymbolicLink(root["lib/around"], "around");
        Directory.CreateSymbolicLink(root["usrlib"], "lib");

        string real = root["lib/real/libx.so.1.2"];
        Assert.Equal(real, RootedPath.Follow(root.Path, "/usrlib/libx.so"));
        Assert.Equal(real, RootedPath.Follow(root.Path + "/", "/lib/./up"));
        Assert.Null(RootedPath.Follow(root.Path, "/lib/around"));
        Assert.Null(RootedPath.Follow(root.Path, "/lib/none"));
        Assert.Null(RootedPath.Follow(root.Path, "/etc/passwd"));
    }

    [Theory]
    [InlineData("7f0000001000-7f0000002000 r-xp 00003000 08:01 42                         /usr/lib/with space.so (deleted)", true)]
    [InlineData("7f0000001000-7f0000002000 rw-p 00000000 00:00 0 ", true)]
    [InlineData("7f0000001000 r-xp 00003000 08:01 42 /x", false)]
    [InlineData("zz-yy r-xp 0 08:01 42 /x", false)]
    [InlineData("", false)]
    public void Map_Line_IsRead(string line, bool isOne)
    {
        Assert.Equal(isOne, ProcessMap.TryParse(line, out ProcessMap map));
        if (line.Contains("deleted", StringComparison.Ordinal))
        {
            Assert.Equal(new ProcessMap(0x7f0000001000, 0x7f0000002000, true, false, 0x3000, 42, "/usr/lib/with space.so", true), map);
        }
    }

    [Theory]
    [InlineData("libc.so.6", "libc.so.6", true)]
    [InlineData("libc", "libc-2.31.so", true)]
    [InlineData("libc", "libcrypt.so.1", false)]
    [InlineData("libc", "libc++.so.1", false)]
    [InlineData("libc.so", "libc.so.6", true)]
    [InlineData("libc.so.6", "libc.so.60", false)]
    [InlineData("ssl", "libssl.so.3", true)]
    [InlineData("sh", "bash", false)]
    public void Fit_TellsLibrariesApart(string wanted, string file, bool fits) => Assert.Equal(fits, LibraryName.Fit(wanted, file) > 0);

    private static string Id(Process process) => process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\t(?<name>\S+) \(.*\) => (?<path>\S+)$", RegexOptions.Multiline)]
    private static partial Regex CacheLine();
}
