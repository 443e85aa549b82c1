using Instrumentation.Ebpf.Files;

namespace Instrumentation.Ebpf.Elf;

/// <summary>What a symbol names (the lower half of st_info).</summary>
internal enum ElfSymbolKind : byte
{
    /// <summary>It does not say, as in hand-written assembly.</summary>
    Unspecified = 0,

    /// <summary>Data.</summary>
    Object = 1,

    /// <summary>A function.</summary>
    Function = 2,

    /// <summary>A section.</summary>
    Section = 3,

    /// <summary>A source file.</summary>
    File = 4,

    /// <summary>Data that has no place yet.</summary>
    Common = 5,

    /// <summary>Data of each thread; its value is no address.</summary>
    ThreadLocal = 6,

    /// <summary>A function that is asked at load time for the address of the function to be used.</summary>
    IndirectFunction = 10,
}

/// <summary>Where a symbol is seen (the upper half of st_info).</summary>
internal enum ElfSymbolBinding : byte
{
    /// <summary>Inside its object file only.</summary>
    Local = 0,

    /// <summary>Everywhere.</summary>
    Global = 1,

    /// <summary>Everywhere, unless a global one has the name.</summary>
    Weak = 2,

    /// <summary>Everywhere, once in a process.</summary>
    Unique = 10,
}

/// <summary>One symbol. It is read from its table when asked: a table of a hundred thousand symbols makes no objects.</summary>
internal readonly struct ElfSymbol : IEquatable<ElfSymbol>
{
    /// <summary>Creates the view of one entry.</summary>
    /// <param name="table">The table.</param>
    /// <param name="index">The entry's number.</param>
    public ElfSymbol(ElfSymbolTable table, int index)
    {
        Table = table;
        Index = index;
    }

    /// <summary>The table that it stands in.</summary>
    public ElfSymbolTable Table { get; }

    /// <summary>Its number in the table.</summary>
    public int Index { get; }

    /// <summary>The name without version.</summary>
    public string Name => StringTable.Text(NameUtf8);

    /// <summary>The bytes of the name without version.</summary>
    public ReadOnlySpan<byte> NameUtf8 => Table.NameOf(Index);

    /// <summary>The version behind the name, for example <c>GLIBC_2.2.5</c>; null if it has none.</summary>
    public string? Version => Table.VersionOf(Index, out _);

    /// <summary>Whether the name alone means this symbol: false for one that is kept for older programs (a single @ before the version).</summary>
    public bool IsDefaultVersion
    {
        get
        {
            Table.VersionOf(Index, out bool isDefault);
            return isDefault;
        }
    }

    /// <summary>The name as tools print it: with @ or @@ and the version, if it has one and is not the mark of the version itself.</summary>
    public string FullName => Table.VersionOf(Index, out bool isDefault) is { } version && version != Name
        ? $"{Name}{(isDefault && IsDefined ? "@@" : "@")}{version}"
        : Name;

    /// <summary>What it names.</summary>
    public ElfSymbolKind Kind => (ElfSymbolKind)(Table.InfoOf(Index) & 15);

    /// <summary>Where it is seen.</summary>
    public ElfSymbolBinding Binding => (ElfSymbolBinding)(Table.InfoOf(Index) >> 4);

    /// <summary>Its virtual address; in an object file, its offset in its section.</summary>
    public ulong Address => Table.ValueOf(Index);

    /// <summary>Its size in bytes; 0 if unknown.</summary>
    public ulong Size => Table.SizeOf(Index);

    /// <summary>The number of the section that it lies in; 0 for none, from 0xff00 on for special meanings.</summary>
    public int Section => Table.SectionOf(Index);

    /// <summary>Whether the file has it, rather than needing it of another file.</summary>
    public bool IsDefined => Section != 0;

    /// <summary>Whether it is code that has a name and can be probed: a function, also one that chooses a function.</summary>
    public bool IsFunction => Kind is ElfSymbolKind.Function or ElfSymbolKind.IndirectFunction;

    /// <inheritdoc/>
    public bool Equals(ElfSymbol other) => ReferenceEquals(Table, other.Table) && Index == other.Index;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ElfSymbol other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Index;

    /// <inheritdoc/>
    public override string ToString() => Table is null ? string.Empty : FullName;
}
