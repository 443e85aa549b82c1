using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Names;
using Instrumentation.Ebpf.Points.Functions;
using Instrumentation.Ebpf.Tests.Elf;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Fuzzing;

/// <summary>ELF files that somebody broke, by accident or on purpose.</summary>
public sealed class ElfFuzzTests
{
    private static readonly NamePattern Everything = new("*");

    [Fact]
    public void MutationsOfALibraryOfTheSystem_AreReadOrRefused() => Mutate(File.ReadAllBytes(LibraryResolver.Resolve("libdl.so.2").Path), percent: 20);

    [Fact]
    public void MutationsOfALibraryWithUsdtPlaces_AreReadOrRefused()
    {
        using var directory = new TemporaryDirectory();
        Mutate(File.ReadAllBytes(SdtNoteTests.Assemble(directory)), percent: 20);
    }

    [Fact]
    public void BeginningsOfALibrary_AreReadOrRefused()
    {
        using var directory = new TemporaryDirectory();
        Mutator.Truncate(File.ReadAllBytes(SdtNoteTests.Assemble(directory)), 1, ReadAll);
        Mutator.Truncate(File.ReadAllBytes(LibraryResolver.Resolve("libdl.so.2").Path), 1, ReadAll);
    }

    [Fact]
    public void MutationsOfUsdtArguments_AreReadOrRefused()
    {
        const string X64 = "-4@%eax 8@-8(%rbp) 4@$5 8@(%rax,%rbx,8) 8@sym+4(%rip) 1@%al 8f@%xmm0 8@%fs:16 ";
        const string Arm64 = "8@x0 -4@[sp, 12] 8@[x1, w2, sxtw 2] 8@[x3] 4@5 ";
        const int FirstOfArm = 78;
        byte[] text = System.Text.Encoding.ASCII.GetBytes(X64 + Arm64);
        Assert.Equal(FirstOfArm, X64.Length);
        Mutator.Run(text, [], Mutator.Count(20), bytes =>
        {
            // Each piece by itself, for both processors: in one text, the first wrong argument hides the others.
            string mutation = System.Text.Encoding.Latin1.GetString(bytes);
            int at = bytes[0] % mutation.Length, length = Math.Min(24, mutation.Length - at);
            UsdtArgumentParser.TryParse(mutation.AsSpan(at, length), ElfMachine.X64, out _);
            UsdtArgumentParser.TryParse(mutation.AsSpan(at, length), ElfMachine.Arm64, out _);
            bool isArm = (bytes[1] & 1) != 0;
            UsdtArgumentParser.Parse(isArm ? mutation[FirstOfArm..] : mutation[..FirstOfArm], isArm ? ElfMachine.Arm64 : ElfMachine.X64, "fuzzed", 0);
        });
    }

    private static void Mutate(byte[] library, int percent) => Mutator.Run(library, Places(library), Mutator.Count(percent), ReadAll);

    private static List<(int Start, int Length)> Places(byte[] library)
    {
        using var file = ElfFile.Parse(library, "whole");
        List<(int, int)> places = [(0, 64), (64, file.Segments.Length * ElfSegment.HeaderSize)];
        foreach (ElfSection section in file.Sections)
        {
            if (section.Type is not (ElfSectionType.Null or ElfSectionType.Content or ElfSectionType.NoBits) && section.Size > 0)
            {
                places.Add(((int)section.Offset, (int)section.Size));
            }
        }

        int table = library.Length - (file.Sections.Length * ElfSection.HeaderSize);
        places.AddRange([(table, library.Length - table), (table, library.Length - table)]);
        return places;
    }

    private static void ReadAll(byte[] bytes)
    {
        using var file = ElfFile.Parse(bytes, "fuzzed");
        int read = 0;
        foreach (ElfSection section in file.Sections)
        {
            read += file.IsNamed(section, ".text"u8) ? 1 : 0;
        }

        InstrumentationException? refused = null;
        Part(() =>
        {
            foreach (ElfSymbolTable table in file.SymbolTables)
            {
                for (int i = 0; i < table.Count; i++)
                {
                    ElfSymbol symbol = table[i];
                    read += symbol.NameUtf8.Length + (file.TryGetOffset(symbol, out ulong offset) && file.TryGetAddress(offset, out _) ? 1 : 0);
                    read += symbol.Version?.Length ?? 0;
                }
            }

            ElfSymbols symbols = file.Symbols;
            read += symbols.Match(Everything).Count + symbols.Nearest("dlopne").Count + symbols.FindAll("dlopen").Count;
            read += symbols.Find("marked@VERSION") is null ? 0 : 1;
            read += symbols.At(file.Entry)?.Index ?? 0;
            read += symbols.At(0x1000)?.Index ?? 0;
        });
        Part(() => read += ElfDebugFile.Candidates(file).Count);
        Part(() => read += ElfUnwindIndex.Read(file).TryFind(0x1100, out _) ? 1 : 0);
        Part(() => read += new SiteChooser(file, file.Symbols).Choose([.. file.Symbols.Match(Everything).Take(2).Select(static symbol => (symbol.Address, symbol.Size))]).Count);
        Part(() =>
        {
            foreach (SdtNote note in file.SdtNotes)
            {
                read += note.ReadArguments(file).Count;
            }
        });
        GC.KeepAlive(read);
        if (refused is not null)
        {
            throw refused;
        }

        void Part(Action part)
        {
            try
            {
                part();
            }
            catch (InstrumentationException exception)
            {
                refused = exception;
            }
        }
    }
}
