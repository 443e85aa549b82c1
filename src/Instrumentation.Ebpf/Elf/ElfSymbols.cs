using System.Text;
using Instrumentation.Ebpf.Names;

namespace Instrumentation.Ebpf.Elf;

/// <summary>
/// The symbols of a file, of several tables as one: found by name, by pattern and by address. The indexes are made when they are first needed.
/// </summary>
/// <remarks>All members may be called from many threads.</remarks>
internal sealed class ElfSymbols
{
    private readonly ElfFile _file;
    private readonly ElfSymbolTable[] _tables;
    private NameIndex? _names;
    private ElfAddressIndex? _addresses;

    /// <summary>Creates the view of some tables.</summary>
    /// <param name="file">The file that addresses belong to.</param>
    /// <param name="tables">The tables; where they say the same, the first ones are preferred.</param>
    public ElfSymbols(ElfFile file, IReadOnlyList<ElfSymbolTable> tables)
    {
        _file = file;
        _tables = [.. tables];
        foreach (ElfSymbolTable table in _tables)
        {
            Count += table.Count;
        }
    }

    /// <summary>How many symbols there are in all tables, those that are needed of other files included.</summary>
    public int Count { get; }

    /// <summary>One symbol.</summary>
    /// <param name="number">Its number, counted through all tables.</param>
    public ElfSymbol this[int number]
    {
        get
        {
            foreach (ElfSymbolTable table in _tables)
            {
                if (number < table.Count)
                {
                    return table[number];
                }

                number -= table.Count;
            }

            throw new ArgumentOutOfRangeException(nameof(number));
        }
    }

    /// <summary>These symbols and those of a file of debug information.</summary>
    /// <param name="debug">The tables of that file.</param>
    /// <returns>All of them.</returns>
    public ElfSymbols With(IReadOnlyList<ElfSymbolTable> debug) => new(_file, [.. _tables, .. debug]);

    /// <summary>Finds the symbol that a name means.</summary>
    /// <param name="name">The name, also with a version: <c>memcpy</c>, <c>memcpy@GLIBC_2.2.5</c>.</param>
    /// <returns>A symbol that this file defines: a function rather than data, the default version rather than an old one; null for none.</returns>
    public ElfSymbol? Find(string name)
    {
        ElfSymbol? best = null;
        foreach (ElfSymbol symbol in FindAll(name))
        {
            if (best is null || Rank(symbol) > Rank(best.Value))
            {
                best = symbol;
            }
        }

        return best;
    }

    /// <summary>Finds all symbols of a name that this file defines.</summary>
    /// <param name="name">The name, also with a version.</param>
    /// <returns>The symbols, in the order of the tables.</returns>
    public IReadOnlyList<ElfSymbol> FindAll(string name)
    {
        int at = name.IndexOf('@', StringComparison.Ordinal);
        string? version = at > 0 ? name[at..].TrimStart('@') : null;
        byte[] bare = Encoding.UTF8.GetBytes(at > 0 ? name[..at] : name);
        if (bare.Length == 0)
        {
            return [];
        }

        NameIndex index = _names ??= NameIndex.Build(new DefinedNames(this));
        var found = new List<ElfSymbol>();
        for (int number = index.First(bare); number >= 0; number = index.Next(number))
        {
            ElfSymbol symbol = this[number];
            if (symbol.NameUtf8.SequenceEqual(bare) && (version is null || symbol.Version == version))
            {
                found.Add(symbol);
            }
        }

        return found;
    }

    /// <summary>Finds the functions whose names match a pattern.</summary>
    /// <param name="pattern">The pattern; it is compared with names without version.</param>
    /// <returns>Functions that this file defines, one for each address, by rising address.</returns>
    public IReadOnlyList<ElfSymbol> Match(NamePattern pattern)
    {
        var byAddress = new SortedDictionary<(int Section, ulong Address), ElfSymbol>();
        foreach (ElfSymbolTable table in _tables)
        {
            for (int i = 1; i < table.Count; i++)
            {
                ElfSymbol symbol = table[i];
                if (symbol.IsFunction && symbol.IsDefined && pattern.Matches(symbol.NameUtf8))
                {
                    byAddress.TryAdd((_file.Type == ElfType.Relocatable ? symbol.Section : 0, symbol.Address), symbol);
                }
            }
        }

        return [.. byAddress.Values];
    }

    /// <summary>Finds the function that an address lies in.</summary>
    /// <param name="address">The virtual address.</param>
    /// <returns>The function; null if none is known there. The distance from its beginning is the address less <see cref="ElfSymbol.Address"/>.</returns>
    public ElfSymbol? At(ulong address)
    {
        int number = (_addresses ??= ElfAddressIndex.Build(this, _file.Sections)).Find(address);
        return number < 0 ? null : this[number];
    }

    /// <summary>The names that a misspelt one may have meant.</summary>
    /// <param name="wanted">The name that was not found.</param>
    /// <returns>Names of functions, best first; empty when none is near.</returns>
    public IReadOnlyList<string> Nearest(string wanted)
    {
        int at = wanted.IndexOf('@', StringComparison.Ordinal);
        return NearestSymbols.Choose(at > 0 ? wanted[..at] : wanted, new FunctionNames(this));
    }

    private static int Rank(ElfSymbol symbol) =>
        (symbol.IsFunction ? 8 : 0)
        + (symbol.IsDefaultVersion ? 4 : 0)
        + (symbol.Binding switch { ElfSymbolBinding.Global or ElfSymbolBinding.Unique => 2, ElfSymbolBinding.Weak => 1, _ => 0 });

    private readonly struct DefinedNames(ElfSymbols symbols) : INameSource
    {
        public int Count => symbols.Count;

        public ReadOnlySpan<byte> NameOf(int number)
        {
            ElfSymbol symbol = symbols[number];
            return symbol.IsDefined && symbol.Kind is not (ElfSymbolKind.Section or ElfSymbolKind.File) ? symbol.NameUtf8 : default;
        }
    }

    private readonly struct FunctionNames(ElfSymbols symbols) : INameSource
    {
        public int Count => symbols.Count;

        public ReadOnlySpan<byte> NameOf(int number) => symbols[number] is { IsDefined: true, IsFunction: true } symbol ? symbol.NameUtf8 : default;
    }
}
