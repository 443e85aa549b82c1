using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Names;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Fuzzing;

/// <summary>Files that are made to cost their size squared: everything in them claims the whole file, or the same long name.</summary>
public sealed class GreedyFileTests
{
    private const int Size = 2 << 20;

    // Memory for tables and indexes, some times the file; squared, it would be ten thousand times.
    private const long MostAllocated = 40L * Size;

    [Theory]
    [InlineData((uint)ElfSectionType.Notes)]
    [InlineData((uint)ElfSectionType.VersionDefinitions)]
    [InlineData((uint)ElfSectionType.VersionNeeds)]
    [InlineData((uint)ElfSectionType.DynamicSymbols)]
    [InlineData((uint)ElfSectionType.Symbols)]
    public void Elf_OfSectionsThatAreTheWholeFile_CostsAsMuchAsItsSize(uint type)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["greedy"], Make((ElfSectionType)type));
        long before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        using (var file = ElfFile.Open(directory["greedy"]))
        {
            Try(() => file.Symbols.Match(new NamePattern("*b")));
            Try(() => file.Symbols.Find("malloc"));
            Try(() => file.Symbols.Nearest("malloc"));
            Try(() => file.Symbols.At(0x1234));
            Try(() => ElfDebugFile.SymbolsOf(file));
            Try(() => file.SdtNotes);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < MostAllocated, $"{allocated} bytes for a file of {Size}");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }

    [Fact]
    public void Btf_OfTypesWithTheSameLongName_CostsAsMuchAsItsSize()
    {
        var builder = new BtfBuilder();
        for (int i = 0; i < 30_000; i++)
        {
            builder.AddForward(i == 0 ? new string('a', Size / 2) : "b");
        }

        byte[] bytes = builder.Build();
        for (int i = 1; i < 30_000; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(BtfLayout.HeaderSize + (12 * i)), 1);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        var file = BtfFile.Parse(bytes, "greedy");
        Assert.Null(file.Find("task_struct", BtfKind.Forward));
        Assert.Empty(file.Match(new NamePattern("*b"), BtfKind.Forward));
        Assert.Empty(file.Nearest("task_struct", BtfKind.Forward));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostAllocated);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }

    private static void Try(Func<object?> read)
    {
        try
        {
            read();
        }
        catch (BadFileException)
        {
        }
    }

    // A header, as many sections as fit into half of the file, and a string of the other half that all names begin in.
    private static byte[] Make(ElfSectionType type)
    {
        byte[] bytes = new byte[Size];
        Span<byte> file = bytes;
        file[(Size / 2)..].Fill((byte)'a');
        int count = ((Size / 2) - 128) / ElfSection.HeaderSize;
        Encoding.Latin1.GetBytes("\u007fELF\u0002\u0001\u0001").CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file[16..], (ushort)ElfType.Shared);
        BinaryPrimitives.WriteUInt16LittleEndian(file[18..], (ushort)ElfMachine.X64);
        BinaryPrimitives.WriteUInt64LittleEndian(file[40..], 128);
        BinaryPrimitives.WriteUInt16LittleEndian(file[58..], ElfSection.HeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(file[60..], (ushort)count);
        BinaryPrimitives.WriteUInt16LittleEndian(file[62..], 1);
        for (int i = 0; i < count; i++)
        {
            Span<byte> section = file[(128 + (i * ElfSection.HeaderSize))..];
            ElfSectionType kind = i switch { 0 => ElfSectionType.Null, 1 => ElfSectionType.Strings, 2 => ElfSectionType.DynamicSymbols, 3 => ElfSectionType.VersionNumbers, _ => type };
            BinaryPrimitives.WriteUInt32LittleEndian(section, (uint)(Size / 2));
            BinaryPrimitives.WriteUInt32LittleEndian(section[4..], (uint)kind);
            BinaryPrimitives.WriteUInt64LittleEndian(section[24..], 0);
            BinaryPrimitives.WriteUInt64LittleEndian(section[32..], Size);
            BinaryPrimitives.WriteUInt32LittleEndian(section[40..], 1);
            BinaryPrimitives.WriteUInt64LittleEndian(section[56..], 24);
        }

        return bytes;
    }
}
