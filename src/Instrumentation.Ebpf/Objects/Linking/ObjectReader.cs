using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Files;

namespace Instrumentation.Ebpf.Objects.Linking;

/// <summary>Reads BPF object files.</summary>
internal static class ObjectReader
{
    /// <summary>The section of functions that programs call.</summary>
    public const string Subprograms = ".text";

    private const ulong Allocated = 2;
    private const int Slot = 8;

    /// <summary>Reads an object.</summary>
    /// <param name="elf">The file.</param>
    /// <param name="options">How it is loaded.</param>
    /// <returns>What it holds.</returns>
    /// <exception cref="BadFileException">The file is damaged or no BPF object.</exception>
    /// <exception cref="BpfObjectException">It asks for what cannot be given.</exception>
    public static ObjectFile Read(ElfFile elf, BpfObjectOptions options)
    {
        if (elf.Type != ElfType.Relocatable || elf.Machine != ElfMachine.Bpf)
        {
            throw new BpfObjectException(elf.Path, "the header", $"it is a file of the kind {elf.Type} for {elf.Machine}, and not an object file for BPF.", "Compile it with clang -target bpf -g -O2 -c.");
        }

        CheckSections(elf);
        ElfSymbolTable symbols = ReadSymbols(elf);
        List<ObjectCode> code = ReadCode(elf);
        List<ObjectData> data = ReadData(elf, options);
        ReadFunctions(elf, symbols, code);
        ReadRelocations(elf, symbols, code, data);
        var types = ObjectTypes.Read(elf);
        Dictionary<string, ObjectVariable> variables = ReadVariables(symbols, data);
        SetGlobals(elf.Path, options, data, variables);
        ElfSection? maps = elf.FindSection(ObjectMaps.SectionName);
        return new ObjectFile
        {
            Path = elf.Path,
            License = elf.FindSection("license") is { } license ? StringTable.Text(StringTable.Leading(elf.ReadSection(license).Span)) : string.Empty,
            Symbols = symbols,
            Code = code,
            Data = data,
            Variables = variables,
            Maps = ObjectMaps.Read(elf, symbols, types, maps, options),
            MapsSection = maps?.Index ?? -1,
            Types = types,
        };
    }

    // Sections that lie in each other would make the memory that is taken the square of the file's size.
    private static void CheckSections(ElfFile elf)
    {
        ulong sum = 0;
        foreach (ElfSection section in elf.Sections)
        {
            sum += section.Type is ElfSectionType.NoBits or ElfSectionType.Null ? 0 : Math.Min(section.Size, (ulong)elf.Length + 1);
            if (sum > (ulong)elf.Length)
            {
                throw new BadFileException(elf.Path, $"section {section.Index}", (long)Math.Min(section.Offset, long.MaxValue), "the sections up to it are longer than the file: they overlap or reach beyond its end.");
            }
        }
    }

    private static ElfSymbolTable ReadSymbols(ElfFile elf)
    {
        foreach (ElfSection section in elf.Sections)
        {
            if (section.Type == ElfSectionType.Symbols)
            {
                return ElfSymbolTable.Read(elf, section);
            }
        }

        throw new BpfObjectException(elf.Path, "the symbol table", "it has none, so that no program can be found.", "Do not strip the object: llvm-strip -g keeps what is needed.");
    }

    private static List<ObjectCode> ReadCode(ElfFile elf)
    {
        var code = new List<ObjectCode>();
        foreach (ElfSection section in elf.Sections)
        {
            if (section is { IsExecutable: true, Type: ElfSectionType.Content, Size: > 0 })
            {
                string name = elf.NameOf(section);
                code.Add(section.Size % Slot == 0
                    ? new ObjectCode(section.Index, name, MemoryMarshal.Cast<byte, Instruction>(elf.ReadSection(section).Span).ToArray())
                    : throw new BadFileException(elf.Path, $"section {name}", (long)section.Offset, $"its {section.Size} bytes are no whole number of instructions."));
            }
        }

        return code;
    }

    private static List<ObjectData> ReadData(ElfFile elf, BpfObjectOptions options)
    {
        var data = new List<ObjectData>();
        foreach (ElfSection section in elf.Sections)
        {
            if ((section.Flags & Allocated) == 0 || section.IsExecutable || section.Size == 0 || section.Type is not (ElfSectionType.Content or ElfSectionType.NoBits))
            {
                continue;
            }

            string name = elf.NameOf(section);
            bool isReadOnly = Is(name, ".rodata");
            if (!isReadOnly && !Is(name, ".data") && !Is(name, ".bss"))
            {
                continue;
            }

            if (section.Size > (ulong)Math.Min(options.MaximumMapBytes, int.MaxValue / 2))
            {
                throw new BpfObjectException(elf.Path, $"section {name}", $"it has {section.Size} bytes.", $"Keep less in global variables, or raise {nameof(BpfObjectOptions)}.{nameof(BpfObjectOptions.MaximumMapBytes)}.");
            }

            byte[]? content = section.Type == ElfSectionType.NoBits ? null : elf.ReadSection(section).ToArray();
            data.Add(new ObjectData(section.Index, name, (int)section.Size, isReadOnly) { Content = content });
        }

        return data;

        static bool Is(string name, string kind) => name == kind || name.StartsWith(kind + ".", StringComparison.Ordinal);
    }

    private static void ReadFunctions(ElfFile elf, ElfSymbolTable symbols, List<ObjectCode> code)
    {
        var byIndex = code.ToDictionary(section => section.Index);
        for (int i = 1; i < symbols.Count; i++)
        {
            ElfSymbol symbol = symbols[i];
            if (symbol.Kind != ElfSymbolKind.Function || !byIndex.TryGetValue(symbol.Section, out ObjectCode? section))
            {
                continue;
            }

            ulong length = (ulong)section.Code.Length * Slot;
            if (symbol.Address % Slot != 0 || symbol.Size % Slot != 0 || symbol.Size == 0 || symbol.Address > length || symbol.Size > length - symbol.Address)
            {
                throw new BadFileException(elf.Path, $"function {symbol.Name} in section {section.Name}", (long)Math.Min(symbol.Address, long.MaxValue), $"its {symbol.Size} bytes are not whole instructions of its section.");
            }

            section.Functions.Add(new ObjectFunction(symbol.Name, section, (int)(symbol.Address / Slot), (int)(symbol.Size / Slot), symbol.Binding != ElfSymbolBinding.Local));
        }

        foreach (ObjectCode section in code)
        {
            section.Functions.Sort(static (first, second) => first.Start.CompareTo(second.Start));
        }
    }

    private static void ReadRelocations(ElfFile elf, ElfSymbolTable symbols, List<ObjectCode> code, List<ObjectData> data)
    {
        const int EntrySize = 16;
        var byIndex = code.ToDictionary(section => section.Index);
        foreach (ElfSection section in elf.Sections)
        {
            if (section.Type != ElfSectionType.Relocations || section.Size == 0)
            {
                continue;
            }

            if (data.Find(candidate => candidate.Index == section.Info) is { } variables)
            {
                throw new BpfObjectException(
                    elf.Path, $"section {variables.Name}", "a variable in it begins as the address of another, which is known only in the kernel.", "Use arrays and indexes instead of pointers in global variables.");
            }

            if (section.Info > int.MaxValue || !byIndex.TryGetValue((int)section.Info, out ObjectCode? target))
            {
                continue;
            }

            ReadOnlySpan<ulong> entries = MemoryMarshal.Cast<byte, ulong>(elf.ReadSection(section).Span[..(int)(section.Size / EntrySize * EntrySize)]);
            for (int i = 0; i < entries.Length; i += 2)
            {
                (ulong offset, uint kind, uint symbol) = (entries[i], (uint)entries[i + 1], (uint)(entries[i + 1] >> 32));
                if (offset % Slot != 0 || offset / Slot >= (ulong)target.Code.Length || symbol >= (uint)symbols.Count)
                {
                    throw new BadFileException(elf.Path, $"the relocations of section {target.Name}", (long)section.Offset + (i * sizeof(ulong)), $"one is for offset {offset} and symbol {symbol}, and there are {target.Code.Length} instructions and {symbols.Count} symbols.");
                }

                target.Relocations[(int)(offset / Slot)] = (ObjectRelocationKind)kind is ObjectRelocationKind.Constant or ObjectRelocationKind.Call
                    ? new ObjectRelocation((ObjectRelocationKind)kind, (int)symbol)
                    : throw new BpfObjectException(elf.Path, $"a relocation of section {target.Name}+0x{offset:x}", $"it is of kind {kind}, which is not known.", "Compile the object with a released clang.");
            }
        }
    }

    private static Dictionary<string, ObjectVariable> ReadVariables(ElfSymbolTable symbols, List<ObjectData> data)
    {
        var numbers = data.Select((section, number) => (section.Index, number)).ToDictionary();
        var variables = new Dictionary<string, ObjectVariable>(StringComparer.Ordinal);
        for (int i = 1; i < symbols.Count; i++)
        {
            ElfSymbol symbol = symbols[i];
            if (symbol.Kind == ElfSymbolKind.Object
                && numbers.TryGetValue(symbol.Section, out int number)
                && symbol.Address <= (ulong)data[number].Size
                && symbol.Size <= (ulong)data[number].Size - symbol.Address)
            {
                variables.TryAdd(symbol.Name, new ObjectVariable(symbol.Name, number, (int)symbol.Address, (int)symbol.Size));
            }
        }

        return variables;
    }

    private static void SetGlobals(string path, BpfObjectOptions options, List<ObjectData> data, Dictionary<string, ObjectVariable> variables)
    {
        foreach ((string name, System.Collections.Immutable.ImmutableArray<byte> value) in options.Globals)
        {
            if (!variables.TryGetValue(name, out ObjectVariable? variable))
            {
                throw ObjectNames.Missing(path, "variable", name, variables.Keys);
            }

            if (variable.Size != value.Length)
            {
                throw new BpfObjectException(path, $"variable {name}", $"it has {variable.Size} bytes, and the value that it is to begin with has {value.Length}.", "Give a value of the variable's type.");
            }

            ObjectData section = data[variable.Section];
            section.Content ??= new byte[section.Size];
            value.CopyTo(section.Content, variable.Offset);
        }
    }
}
