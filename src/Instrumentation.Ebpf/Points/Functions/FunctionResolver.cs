using System.Globalization;
using Iced.Intel;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Names;

namespace Instrumentation.Ebpf.Points.Functions;

/// <summary>Finds the places of a function point in its file.</summary>
/// <param name="point">The point.</param>
internal sealed class FunctionResolver(FunctionPoint point)
{
    private const ulong LongestInstruction = 15;

    private readonly List<Candidate> _candidates = [];
    private readonly HashSet<ulong> _offsets = [];
    private readonly List<CoverageGap> _gaps = [];
    private readonly List<string> _notes = [];
    private LibraryFile _library = null!;
    private ElfFile _file = null!;
    private ElfSymbols _symbols = null!;

    private string Library => Path.GetFileName(_library.PathInProcess);

    /// <summary>Finds them.</summary>
    /// <returns>At least one place.</returns>
    /// <exception cref="PlaceNotFoundException">There is no such library, process or symbol; names the nearest.</exception>
    /// <exception cref="SpecException">The name means nothing that can be probed, for example the middle of an instruction.</exception>
    /// <exception cref="BadFileException">The file cannot be read.</exception>
    public FunctionSites Resolve()
    {
        FunctionName name = FunctionName.Parse(point.Function);
        _library = LibraryResolver.Resolve(point.Library, point.Processes.ProcessId);
        using ElfFile file = ElfFile.Open(_library.Path);
        _file = file;
        _symbols = file.Symbols;
        bool areFunctions = name.Symbol is null ? AddOffset(name.Offset!.Value) : AddSymbols(name);

        // An offset, also 0, means that very instruction.
        IReadOnlyList<FunctionSite> sites = name.Offset is null ? Begins() : [.. _candidates.Select(static one => one.Site)];
        return sites.Count > 0
            ? new FunctionSites(_library, sites, areFunctions) { Gaps = _gaps, Notes = _notes }
            : throw new SpecException(point.Place, _gaps.Count == 0 ? "nothing there can be probed." : $"{_gaps[0].Reason}.", _gaps.Count == 0 ? "Name another function." : _gaps[0].Mend);
    }

    private bool AddSymbols(FunctionName name)
    {
        if (name.IsPattern)
        {
            _symbols = ElfDebugFile.SymbolsOf(_file, _library.Root);
            foreach (ElfSymbol matched in _symbols.Match(new NamePattern(name.Symbol!)))
            {
                Add(matched);
                if (_candidates.Count > FunctionSource.MostSites)
                {
                    throw new SpecException($"The pattern '{point.Function}'", $"more than {FunctionSource.MostSites} functions match, the most places that a probe can have.", "Write a narrower pattern.");
                }
            }

            return _candidates.Count + _gaps.Count > 0 ? true : throw Unknown(name.Symbol!);
        }

        if (_symbols.Find(name.Symbol!) is not { } symbol)
        {
            _symbols = ElfDebugFile.SymbolsOf(_file, _library.Root);
            symbol = _symbols.Find(name.Symbol!) ?? throw Unknown(name.Symbol!);
        }

        if (name.Offset is not { } offset || offset == 0)
        {
            Add(symbol);
            return true;
        }

        Demand(symbol, offset);
        Place(Named(symbol), symbol.Address + offset, offset);
        return false;
    }

    private bool AddOffset(ulong offset)
    {
        if (!_file.TryGetAddress(offset, out ulong address) || FunctionCode.Read(_file, address, 1) is null)
        {
            throw new SpecException(point.Place, string.Create(CultureInfo.InvariantCulture, $"no instructions are loaded from 0x{offset:x} of {_file.Path}."), "Give the offset in the file, not the address in memory.");
        }

        if (_symbols.At(address) is not { } symbol)
        {
            _symbols = ElfDebugFile.SymbolsOf(_file, _library.Root);
            if (_symbols.At(address) is not { } hidden)
            {
                return AddNameless(offset, address);
            }

            symbol = hidden;
        }

        if (address == symbol.Address)
        {
            Add(symbol);
            return true;
        }

        Demand(symbol, address - symbol.Address);
        Place(Named(symbol), address, address - symbol.Address);
        return false;
    }

    // A function without a symbol: where it begins is known from the table that exceptions use.
    private bool AddNameless(ulong offset, ulong address)
    {
        if (!ElfUnwindIndex.Read(_file).TryFind(address, out ulong start))
        {
            throw new SpecException(point.Place, "no function is known there, so that nothing proves that an instruction begins there.", "Name a symbol, or install the library's debug symbols.");
        }

        InstructionBoundary.Demand(point.Place, _file, start, address - start);
        Place(string.Create(CultureInfo.InvariantCulture, $"{Library}!0x{offset:x}"), address, 0);
        return address == start;
    }

    private void Add(ElfSymbol symbol)
    {
        string name = Named(symbol);
        ulong address = symbol.Address;
        ulong size = symbol.Size;
        if (symbol.Kind == ElfSymbolKind.IndirectFunction)
        {
            if (!ChosenImplementation.TryFind(_library, symbol.Name, out ulong chosen) || !_file.TryGetAddress(chosen, out address))
            {
                _gaps.Add(new CoverageGap(name, "its implementation is chosen when the library is loaded, and this process has not loaded it, so that only the choice itself could be probed", "Name the implementation, for example __strlen_avx2, or its offset."));
                return;
            }

            ElfSymbol? implementation = ElfDebugFile.SymbolsOf(_file, _library.Root).At(address);
            bool begins = implementation is { } known && known.Address == address;
            size = begins ? implementation!.Value.Size : 0;
            _notes.Add(ChosenImplementation.Note(name, address, begins && implementation!.Value.Kind != ElfSymbolKind.IndirectFunction ? implementation.Value.Name : null));
        }

        if (!symbol.IsDefined || !_file.TryGetOffset(address, out _) || FunctionCode.Read(_file, address, 1) is null)
        {
            _gaps.Add(new CoverageGap(name, "it is no code of the file", "Name a function."));
            return;
        }

        Place(name, address, 0, size);
    }

    private void Place(string name, ulong address, ulong shift, ulong size = 0)
    {
        bool stepped = false;
        if (FunctionCode.IsX64 && FunctionCode.Read(_file, address, LongestInstruction) is { } there)
        {
            stepped = !there.Instructions.Take(1).Any(static instruction => ProbeableInstruction.IsEmulated(instruction));
            string? refusal = there.Instructions.Take(1).ToArray() is [var first] ? ProbeableInstruction.Refusal(first, there.BytesOf(first)) : "no instruction that is known begins there";
            if (refusal is not null)
            {
                _gaps.Add(new CoverageGap(name, refusal, "Name another instruction of it, by symbol+offset."));
                return;
            }
        }

        string full = shift == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}+0x{shift:x}");
        _ = _file.TryGetOffset(address, out ulong offset);
        if (_offsets.Add(offset))
        {
            _candidates.Add(new Candidate(new FunctionSite(full, address, offset, full) { IsStepped = stepped }, size));
        }
    }

    // Where hits cost least.
    private List<FunctionSite> Begins()
    {
        IReadOnlyList<IReadOnlyList<Instruction>> skipped = FunctionCode.IsX64 ? new SiteChooser(_file, _symbols).Choose([.. _candidates.Select(static one => (one.Site.Address, one.Size))]) : [];
        List<FunctionSite> sites = [];
        for (int i = 0; i < _candidates.Count; i++)
        {
            FunctionSite site = _candidates[i].Site;
            if (skipped.Count > 0 && skipped[i] is { Count: > 0 } before)
            {
                ulong shift = before[^1].NextIP - site.Address;
                string names = string.Join(", ", before.Select(static one => one.Mnemonic.ToString().ToLowerInvariant()));
                site = site with { IsStepped = false, Address = site.Address + shift, Offset = site.Offset + shift, Reached = string.Create(CultureInfo.InvariantCulture, $"{site.Name}+{shift} (after {names})") };
            }

            sites.Add(site);
        }

        return sites;
    }

    private void Demand(ElfSymbol symbol, ulong offset)
    {
        if (symbol.Size != 0 && offset >= symbol.Size)
        {
            throw new SpecException(point.Place, $"{symbol.Name} has {symbol.Size} bytes.", "Give an offset inside of it.");
        }

        InstructionBoundary.Demand(point.Place, _file, symbol.Address, offset);
    }

    private string Named(ElfSymbol symbol) => $"{Library}!{symbol.Name}";

    private PlaceNotFoundException Unknown(string symbol)
    {
        IReadOnlyList<string> nearest = _symbols.Nearest(symbol);
        return new PlaceNotFoundException($"{Library}!{symbol}", $"{_file.Path} defines no such function.", nearest);
    }

    private sealed record Candidate(FunctionSite Site, ulong Size);
}
