using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Tests.Btf;

namespace Instrumentation.Ebpf.Tests.Fuzzing;

/// <summary>Compiled BPF objects that somebody broke: the ELF file, the types in it and what is said of its instructions.</summary>
public sealed class ObjectFuzzTests
{
    [Fact]
    public void MutationsOfAnObject_AreReadOrRefused()
    {
        byte[] bytes = BtfExtensionTests.Compile();
        using var file = ElfFile.Parse(bytes, "whole");
        (int, int)[] places = [.. new[] { ".BTF", ".BTF.ext" }.Select(name => file.FindSection(name)!.Value).Select(section => ((int)section.Offset, (int)section.Size))];
        Mutator.Run(bytes, [(0, 64), .. places, places[1]], Mutator.Count(10), ReadAll);
        Mutator.Truncate(bytes, 3, ReadAll);
    }

    private static void ReadAll(byte[] bytes)
    {
        using var file = ElfFile.Parse(bytes, "fuzzed");
        if (file.FindSection(".BTF") is not { } typesSection || file.FindSection(".BTF.ext") is not { } extensionSection)
        {
            return;
        }

        var types = BtfFile.Parse(file.ReadSection(typesSection).ToArray(), "fuzzed");
        var extension = BtfExtension.Read(file.ReadSection(extensionSection).Span, types);
        int read = extension.Functions.Count + extension.Lines.Count;
        foreach (BtfSectionRecords<BtfRelocation> section in extension.Relocations)
        {
            read += section.NameIn(types).Length;
            foreach (BtfRelocation relocation in section.Records)
            {
                read += types.GetType(relocation.TypeId).Count + BtfExtension.ReadAccess(relocation, types).Count;
            }
        }

        foreach (ElfSymbolTable table in file.SymbolTables)
        {
            for (int i = 0; i < table.Count; i++)
            {
                read += file.TryGetOffset(table[i], out _) ? 1 : 0;
            }
        }

        GC.KeepAlive(read);
    }
}
