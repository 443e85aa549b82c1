namespace Instrumentation.Ebpf.Elf;

/// <summary>The functions of a file by address: sorted, twelve bytes a function, searched by halves.</summary>
internal sealed class ElfAddressIndex
{
    // Functions that begin inside of another one (aliases of parts in assembly) are stepped over when an address lies behind their end.
    private const int MostNested = 16;

    private readonly ElfSymbols _symbols;
    private readonly ulong[] _starts;
    private readonly int[] _numbers;

    private ElfAddressIndex(ElfSymbols symbols, ulong[] starts, int[] numbers)
    {
        _symbols = symbols;
        _starts = starts;
        _numbers = numbers;
    }

    /// <summary>Makes the index.</summary>
    /// <param name="symbols">The symbols.</param>
    /// <param name="sections">The file's sections: a symbol without a kind is code if its section is.</param>
    /// <returns>The index.</returns>
    public static ElfAddressIndex Build(ElfSymbols symbols, ReadOnlySpan<ElfSection> sections)
    {
        var starts = new List<ulong>();
        var numbers = new List<int>();
        for (int number = 0; number < symbols.Count; number++)
        {
            ElfSymbol symbol = symbols[number];
            if (IsCode(symbol, sections))
            {
                starts.Add(symbol.Address);
                numbers.Add(number);
            }
        }

        ulong[] sorted = [.. starts];
        int[] order = [.. numbers];
        Array.Sort(sorted, order);
        int kept = KeepBest(symbols, sorted, order);
        return new ElfAddressIndex(symbols, sorted[..kept], order[..kept]);
    }

    /// <summary>Finds the function that an address lies in.</summary>
    /// <param name="address">The virtual address.</param>
    /// <returns>The symbol's number, or -1.</returns>
    public int Find(ulong address)
    {
        int at = Array.BinarySearch(_starts, address);
        at = at < 0 ? ~at - 1 : at;
        for (int last = Math.Max(0, at - MostNested); at >= last; at--)
        {
            ulong size = _symbols[_numbers[at]].Size;

            // Without a size, a function is taken to reach up to the next one.
            if (size == 0 ? at + 1 < _starts.Length && address < _starts[at + 1] : address - _starts[at] < size)
            {
                return _numbers[at];
            }
        }

        return -1;
    }

    private static bool IsCode(ElfSymbol symbol, ReadOnlySpan<ElfSection> sections)
    {
        if (!symbol.IsDefined || symbol.NameUtf8.IsEmpty)
        {
            return false;
        }

        // '$' begins the marks that tell code from data on ARM; '.' the labels that compilers make.
        return symbol.IsFunction
            || (symbol.Kind == ElfSymbolKind.Unspecified
                && symbol.Section < sections.Length
                && sections[symbol.Section].IsExecutable
                && symbol.NameUtf8[0] is not ((byte)'$' or (byte)'.'));
    }

    private static int KeepBest(ElfSymbols symbols, ulong[] starts, int[] numbers)
    {
        int kept = 0;
        for (int i = 0; i < starts.Length; i++)
        {
            if (kept > 0 && starts[kept - 1] == starts[i])
            {
                if (IsBetter(symbols[numbers[i]], symbols[numbers[kept - 1]]))
                {
                    numbers[kept - 1] = numbers[i];
                }
            }
            else
            {
                starts[kept] = starts[i];
                numbers[kept++] = numbers[i];
            }
        }

        return kept;
    }

    // Of several names of one place: a function, one with a size, the public one, the one that people write (the fewest underscores before
    // it, then the shortest).
    private static bool IsBetter(ElfSymbol one, ElfSymbol other)
    {
        int order = one.IsFunction.CompareTo(other.IsFunction);
        order = order != 0 ? order : (one.Size != 0).CompareTo(other.Size != 0);
        order = order != 0 ? order : (one.Binding != ElfSymbolBinding.Local).CompareTo(other.Binding != ElfSymbolBinding.Local);
        order = order != 0 ? order : Underscores(other).CompareTo(Underscores(one));
        order = order != 0 ? order : other.NameUtf8.Length.CompareTo(one.NameUtf8.Length);
        order = order != 0 ? order : other.NameUtf8.SequenceCompareTo(one.NameUtf8);
        return order > 0;
    }

    private static int Underscores(ElfSymbol symbol) => symbol.NameUtf8.Length - symbol.NameUtf8.TrimStart((byte)'_').Length;
}
