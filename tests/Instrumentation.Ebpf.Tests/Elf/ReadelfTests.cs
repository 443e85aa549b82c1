using System.Globalization;
using System.Text.RegularExpressions;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Elf;

/// <summary>The reader and binutils' readelf see the same in real libraries.</summary>
public sealed partial class ReadelfTests
{
    public static TheoryData<string> Files => Libraries.All;

    [Theory]
    [MemberData(nameof(Files))]
    public void Symbols_AreThoseOfReadelf(string path)
    {
        using var file = ElfFile.Open(path);
        string[] theirs = [.. SymbolLine().Matches(Tool.Run("readelf", "-W", "-s", path)).Select(match => Describe(match))];
        string[] ours = [.. file.SymbolTables.SelectMany(table => Enumerable.Range(0, table.Count).Select(i => Describe(table[i])))];

        Assert.NotEmpty(theirs);
        Assert.Equal(theirs, ours);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Sections_AreThoseOfReadelf(string path)
    {
        using var file = ElfFile.Open(path);
        string[] theirs =
        [
            .. SectionLine().Matches(Tool.Run("readelf", "-W", "-S", path)).Select(match => $"{match.Groups["name"].Value.Trim()} {Hex(match, "address"):x} {Hex(match, "offset"):x} {Hex(match, "size"):x}"),
        ];
        string[] ours = [.. file.Sections.ToArray().Select(section => $"{file.NameOf(section)} {section.Address:x} {section.Offset:x} {section.Size:x}")];

        Assert.NotEmpty(theirs);
        Assert.Equal(theirs, ours);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Segments_AreThoseOfReadelf(string path)
    {
        using var file = ElfFile.Open(path);
        string[] theirs =
        [
            .. LoadLine().Matches(Tool.Run("readelf", "-W", "-l", path)).Select(match => $"{Hex(match, "offset"):x} {Hex(match, "address"):x} {Hex(match, "file"):x} {Hex(match, "memory"):x}"),
        ];
        string[] ours =
        [
            .. file.Segments.ToArray().Where(segment => segment.Type == ElfSegmentType.Load).Select(segment => $"{segment.Offset:x} {segment.Address:x} {segment.FileSize:x} {segment.MemorySize:x}"),
        ];

        Assert.NotEmpty(theirs);
        Assert.Equal(theirs, ours);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void BuildId_IsThatOfReadelf(string path)
    {
        using var file = ElfFile.Open(path);
        Match theirs = BuildIdLine().Match(Tool.Run("readelf", "-W", "-n", path));

        Assert.Equal(theirs.Success ? theirs.Groups["id"].Value : string.Empty, file.Identity.BuildIdText);
    }

    [Fact]
    public void SdtNotes_OfLibStdCpp_AreThoseOfReadelf() => CompareNotes(Libraries.LibStdCpp, atLeast: 3);

    [Fact]
    public void SdtNotes_OfDebiansPython_AreThoseOfReadelf() => CompareNotes("/usr/bin/python3", atLeast: 5);

    private static void CompareNotes(string path, int atLeast)
    {
        using var file = ElfFile.Open(path);
        string[] theirs =
        [
            .. NoteLines().Matches(Tool.Run("readelf", "-W", "-n", path)).Select(match =>
                $"{match.Groups["provider"].Value}:{match.Groups["name"].Value} {Hex(match, "address"):x} {Hex(match, "semaphore"):x} {match.Groups["arguments"].Value}"),
        ];
        string[] ours = [.. file.SdtNotes.Select(note => $"{note.Provider}:{note.Name} {note.Address:x} {note.Semaphore:x} {note.ArgumentText}")];

        Assert.True(theirs.Length >= atLeast, $"{path} has {theirs.Length} notes");
        Assert.Equal(theirs, ours);
        Assert.All(file.SdtNotes, note =>
        {
            Assert.Equal(note.ArgumentText, string.Join(' ', note.ReadArguments(file).Select(argument => argument.Text)));
            Assert.True(file.TryGetOffset(note.Address, out _));
            Assert.True(note.Semaphore == 0 || file.TryGetOffset(note.Semaphore, out _));
        });
    }

    private static string Describe(Match match)
    {
        string type = match.Groups["type"].Value switch { "IFUNC" => "IndirectFunction", "FUNC" => "Function", "NOTYPE" => "Unspecified", "TLS" => "ThreadLocal", var other => other };
        string size = match.Groups["size"].Value;
        ulong bytes = size.StartsWith("0x", StringComparison.Ordinal)
            ? ulong.Parse(size.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : ulong.Parse(size, CultureInfo.InvariantCulture);
        int section = match.Groups["section"].Value switch
        {
            "UND" => 0,
            "ABS" => 0xfff1,
            "COM" => 0xfff2,
            var number => int.Parse(number, CultureInfo.InvariantCulture),
        };

        // A symbol of a section has no name; readelf shows the section's.
        string name = type == "SECTION" ? string.Empty : VersionNumber().Replace(match.Groups["name"].Value.Trim(), string.Empty);
        return $"{Hex(match, "value"):x} {bytes} {type} {match.Groups["binding"].Value} {section} {name}".ToUpperInvariant();
    }

    private static string Describe(ElfSymbol symbol) =>
        $"{symbol.Address:x} {symbol.Size} {symbol.Kind} {symbol.Binding} {symbol.Section} {symbol.FullName}".ToUpperInvariant();

    private static ulong Hex(Match match, string group) => ulong.Parse(match.Groups[group].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^ +\d+: (?<value>[0-9a-f]{16}) +(?<size>\w+) (?<type>\w+) +(?<binding>\w+) +\w+ +(?:\[.*\])? *(?<section>\w+) ?(?<name>.*)$", RegexOptions.Multiline)]
    private static partial Regex SymbolLine();

    [GeneratedRegex(@" \(\d+\)$")]
    private static partial Regex VersionNumber();

    [GeneratedRegex(@"^ +\[ *\d+\] (?<name>.{17}\S*) *\w+ +(?<address>[0-9a-f]{16}) (?<offset>[0-9a-f]+) (?<size>[0-9a-f]+) ", RegexOptions.Multiline)]
    private static partial Regex SectionLine();

    [GeneratedRegex(@"^ +LOAD +0x(?<offset>\w+) 0x(?<address>\w+) 0x\w+ 0x(?<file>\w+) 0x(?<memory>\w+) ", RegexOptions.Multiline)]
    private static partial Regex LoadLine();

    [GeneratedRegex(@"Build ID: (?<id>\w+)")]
    private static partial Regex BuildIdLine();

    [GeneratedRegex(@"Provider: (?<provider>.*)\n +Name: (?<name>.*)\n +Location: 0x(?<address>\w+), Base: 0x\w+, Semaphore: 0x(?<semaphore>\w+)\n +Arguments: ?(?<arguments>.*)")]
    private static partial Regex NoteLines();
}
