using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Maps;

namespace Instrumentation.Ebpf.Objects.Linking;

/// <summary>Reads the maps of an object: variables of the section <c>.maps</c>, whose types say what kind, how large and of what they are.</summary>
internal static class ObjectMaps
{
    /// <summary>The section of maps.</summary>
    public const string SectionName = ".maps";

    private const int ArrayOfMaps = 12;
    private const int HashOfMaps = 13;
    private const int StructOps = 26;
    private const int Arena = 33;

    /// <summary>Reads the maps.</summary>
    /// <param name="elf">The file.</param>
    /// <param name="symbols">Its symbols.</param>
    /// <param name="types">Its types; null for none.</param>
    /// <param name="section">The section of maps; null for none.</param>
    /// <param name="options">How the object is loaded.</param>
    /// <returns>The maps.</returns>
    /// <exception cref="BadFileException">The types are damaged.</exception>
    /// <exception cref="BpfObjectException">A map is of a kind that cannot be made.</exception>
    public static IReadOnlyList<ObjectMapDefinition> Read(ElfFile elf, ElfSymbolTable symbols, ObjectTypes? types, ElfSection? section, BpfObjectOptions options)
    {
        if (elf.FindSection("maps") is { Size: > 0 })
        {
            throw new BpfObjectException(elf.Path, "section maps", "its maps are defined in the old way, without types.", "Define them in SEC(\".maps\"), with __uint and __type.");
        }

        if (section is not { Size: > 0 })
        {
            CheckCapacities(elf.Path, options, []);
            return [];
        }

        if (types?.File.Find(SectionName, BtfKind.DataSection) is not { } variables)
        {
            throw new BpfObjectException(elf.Path, $"section {SectionName}", "the object has no BTF that describes its maps.", "Compile it with -g.");
        }

        foreach (ElfSection other in elf.Sections)
        {
            if (other.Type == ElfSectionType.Relocations && other.Info == section.Value.Index && other.Size > 0)
            {
                throw new BpfObjectException(elf.Path, $"section {SectionName}", "a map in it begins with other maps or with programs as its values.", "Leave the values out of the definition.");
            }
        }

        Dictionary<string, ulong> places = Places(symbols, section.Value);
        var maps = new List<ObjectMapDefinition>(variables.Count);
        for (int i = 0; i < variables.Count; i++)
        {
            BtfType variable = variables.GetVariable(i).Type;
            string name = variable.Name;
            if (variable.Kind != BtfKind.Variable || !places.TryGetValue(name, out ulong offset))
            {
                throw new BpfObjectException(elf.Path, $"map {name}", "its types name it, and its symbols do not.", "Compile the object anew; do not strip it.");
            }

            maps.Add(Read(elf.Path, name, offset, variable.Target.Peel(), options));
        }

        CheckCapacities(elf.Path, options, maps.Select(map => map.Name));
        return maps.DistinctBy(map => map.Name).ToArray();
    }

    private static Dictionary<string, ulong> Places(ElfSymbolTable symbols, ElfSection section)
    {
        var places = new Dictionary<string, ulong>(StringComparer.Ordinal);
        for (int i = 1; i < symbols.Count; i++)
        {
            if (symbols.SectionOf(i) == section.Index && symbols[i] is { Kind: ElfSymbolKind.Object } symbol)
            {
                places.TryAdd(symbol.Name, symbol.Address);
            }
        }

        return places;
    }

    private static void CheckCapacities(string path, BpfObjectOptions options, IEnumerable<string> names)
    {
        if (options.Capacities.Keys.FirstOrDefault(name => !names.Contains(name)) is { } missing)
        {
            throw ObjectNames.Missing(path, "map", missing, names);
        }
    }

    private static ObjectMapDefinition Read(string path, string name, ulong offset, BtfType type, BpfObjectOptions options)
    {
        if (type.Kind != BtfKind.Struct)
        {
            throw Wrong(path, name, "its type is no structure.", "Define it as struct { __uint(type, ...); ... } in SEC(\".maps\").");
        }

        (uint kind, uint keySize, uint valueSize, uint capacity, uint flags, uint keyType, uint valueType) = (0, 0, 0, 0, 0, 0, 0);
        for (int i = 0; i < type.Count; i++)
        {
            BtfMember member = type.GetMember(i);
            switch (member.Name)
            {
                case "type":
                    kind = Number(path, name, member);
                    break;
                case "max_entries":
                    capacity = Number(path, name, member);
                    break;
                case "map_flags":
                    flags = Number(path, name, member);
                    break;
                case "key_size":
                    keySize = Number(path, name, member);
                    break;
                case "value_size":
                    valueSize = Number(path, name, member);
                    break;
                case "key":
                    (keyType, keySize) = TypeOf(path, name, member);
                    break;
                case "value":
                    (valueType, valueSize) = TypeOf(path, name, member);
                    break;
                case "pinning" when Number(path, name, member) == 0:
                    break;
                case "pinning":
                    throw Wrong(path, name, "it is to be pinned in the BPF file system, which outlives the object.", "Leave pinning out of its definition.");
                case "values":
                    throw Wrong(path, name, "it holds other maps or programs.", "Leave values out of its definition.");
                default:
                    throw Wrong(path, name, $"its definition has a member '{member.Name}', which is not known.", "Leave it out.");
            }
        }

        if (kind is 0 or ArrayOfMaps or HashOfMaps or StructOps or Arena || kind > ushort.MaxValue)
        {
            throw Wrong(path, name, $"it is of the kind {kind}, which cannot be made.", "Use hash tables, arrays, ring buffers and their like.");
        }

        if (options.Capacities.TryGetValue(name, out int wanted))
        {
            capacity = (uint)wanted;
        }

        capacity = (MapType)kind == MapType.PerfEventArray && capacity == 0 ? (uint)PossibleCpus.Count : capacity;
        CheckSize(path, name, options, (MapType)kind, keySize, valueSize, capacity);
        return new ObjectMapDefinition(name, offset, (int)kind, (int)keySize, (int)valueSize, (int)capacity, flags, keyType, valueType);
    }

    private static void CheckSize(string path, string name, BpfObjectOptions options, MapType kind, uint keySize, uint valueSize, uint capacity)
    {
        // A value a processor; an element's own head is some tens of bytes.
        const int Head = 64;
        uint copies = kind is MapType.PerCpuArray or MapType.PerCpuHash or MapType.LruPerCpuHash ? (uint)PossibleCpus.Count : 1;
        UInt128 bytes = kind is MapType.RingBuffer or MapType.UserRingBuffer ? capacity : (UInt128)capacity * (Head + (UInt128)keySize + ((UInt128)valueSize * copies));
        if (keySize > int.MaxValue || valueSize > int.MaxValue || capacity > int.MaxValue || bytes > (UInt128)Math.Max(0, options.MaximumMapBytes))
        {
            throw Wrong(
                path, name, $"its {capacity} elements of {keySize} + {valueSize} bytes are more than {options.MaximumMapBytes} bytes together.", $"Make it smaller, or raise {nameof(BpfObjectOptions)}.{nameof(BpfObjectOptions.MaximumMapBytes)}.");
        }
    }

    // A number is written as the length of an array that a pointer points to.
    private static uint Number(string path, string map, BtfMember member) =>
        member.Type.Peel() is { Kind: BtfKind.Pointer } pointer && pointer.Target.Peel() is { Kind: BtfKind.Array } array
            ? array.Length
            : throw Wrong(path, map, $"its member '{member.Name}' is not written as a number.", "Write it with __uint.");

    private static (uint Type, uint Size) TypeOf(string path, string map, BtfMember member)
    {
        if (member.Type.Peel() is { Kind: BtfKind.Pointer } pointer)
        {
            BtfType target = pointer.Target;
            return (target.Id, (uint)Math.Min(target.ByteSize(), uint.MaxValue));
        }

        throw Wrong(path, map, $"its member '{member.Name}' is not written as a type.", "Write it with __type.");
    }

    private static BpfObjectException Wrong(string path, string map, string why, string mend) => new(path, $"map {map}", why, mend);
}
