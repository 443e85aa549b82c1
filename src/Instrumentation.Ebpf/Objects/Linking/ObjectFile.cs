using Instrumentation.Ebpf.Elf;

namespace Instrumentation.Ebpf.Objects.Linking;

/// <summary>What a BPF object file holds. Nothing of the kernel was touched to read it.</summary>
internal sealed class ObjectFile
{
    /// <summary>The file's path, or what errors shall call it.</summary>
    public required string Path { get; init; }

    /// <summary>The licence that the programs say they are under; empty if they do not say.</summary>
    public required string License { get; init; }

    /// <summary>The symbols.</summary>
    public required ElfSymbolTable Symbols { get; init; }

    /// <summary>The sections of instructions.</summary>
    public required IReadOnlyList<ObjectCode> Code { get; init; }

    /// <summary>The sections of variables.</summary>
    public required IReadOnlyList<ObjectData> Data { get; init; }

    /// <summary>The variables in them, by name.</summary>
    public required IReadOnlyDictionary<string, ObjectVariable> Variables { get; init; }

    /// <summary>The maps.</summary>
    public required IReadOnlyList<ObjectMapDefinition> Maps { get; init; }

    /// <summary>The number of the section of maps; -1 for none.</summary>
    public required int MapsSection { get; init; }

    /// <summary>The sections of instructions by their numbers in the file.</summary>
    public Dictionary<int, ObjectCode> CodeByIndex => field ??= Code.ToDictionary(section => section.Index);

    /// <summary>The numbers in <see cref="Data"/> of sections of variables, by their numbers in the file.</summary>
    public Dictionary<int, int> DataByIndex => field ??= Data.Select((section, number) => (section.Index, number)).ToDictionary();

    /// <summary>The numbers in <see cref="Maps"/> of maps, by where they lie in their section.</summary>
    public Dictionary<ulong, int> MapsByOffset => field ??= Maps.Select((map, number) => (map.Offset, number)).DistinctBy(map => map.Offset).ToDictionary();

    /// <summary>The object's own types; null if it was compiled without.</summary>
    public required ObjectTypes? Types { get; init; }

    /// <summary>An error about a part of the file.</summary>
    /// <param name="part">The section, symbol or relocation.</param>
    /// <param name="why">Why it cannot be used.</param>
    /// <param name="mend">What to change.</param>
    /// <returns>The error.</returns>
    public BpfObjectException Wrong(string part, string why, string mend) => new(Path, part, why, mend);
}
