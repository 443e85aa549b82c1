using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>
/// The regions of a body, which are disjoint or nested, with the clauses of inner ones before those of outer ones (ECMA-335, I.12.4.2 and II.19).
/// </summary>
internal sealed class RegionMap
{
    private readonly CodeView _code;
    private readonly List<Region> _regions = [];
    private readonly List<(Region Try, Region? Filter, Region Handler)> _clauses = [];
    private readonly Region?[] _innermost;

    /// <summary>Reads the clauses of a body.</summary>
    /// <param name="code">The body's code.</param>
    /// <param name="clauses">The clauses.</param>
    /// <exception cref="BadIlException">A region is impossible.</exception>
    public RegionMap(CodeView code, ImmutableArray<ExceptionRegion> clauses)
    {
        _code = code;
        _innermost = new Region?[code.Operations.Length];
        for (int i = 0; i < clauses.Length; i++)
        {
            Add(i, clauses[i]);
        }

        Nest();
        foreach ((Region protectedBlock, Region? filter, Region handler) in _clauses)
        {
            CheckSurroundings(protectedBlock, filter, handler);
        }

        FindInnermost();
    }

    /// <summary>The clauses.</summary>
    public IReadOnlyList<(Region Try, Region? Filter, Region Handler)> Clauses => _clauses;

    /// <summary>All regions.</summary>
    public IReadOnlyList<Region> Regions => _regions;

    /// <summary>The smallest region around an instruction.</summary>
    /// <param name="index">The instruction.</param>
    /// <returns>The region, or null.</returns>
    public Region? At(int index) => _innermost[index];

    private void Add(int number, ExceptionRegion clause)
    {
        RegionKind kind = clause.Kind switch
        {
            ExceptionRegionKind.Catch or ExceptionRegionKind.Filter => RegionKind.Catch,
            ExceptionRegionKind.Finally or ExceptionRegionKind.Fault => RegionKind.Finally,
            _ => throw Flaw.Clause(number, "it is of no known kind"),
        };
        Region protectedBlock = Make(RegionKind.Try, number, clause.TryOffset, (long)clause.TryOffset + clause.TryLength);
        Region handler = Make(kind, number, clause.HandlerOffset, (long)clause.HandlerOffset + clause.HandlerLength);
        Region? filter = clause.Kind == ExceptionRegionKind.Filter
            ? Make(RegionKind.Filter, number, clause.FilterOffset, clause.HandlerOffset)
            : null;
        _clauses.Add((protectedBlock, filter, handler));
    }

    private Region Make(RegionKind kind, int clause, int start, long end)
    {
        string name = kind switch
        {
            RegionKind.Try => "try",
            RegionKind.Filter => "filter",
            _ => "handler",
        };
        int first = _code.IndexAt(start);
        int behind = end <= int.MaxValue ? _code.IndexAt((int)end) : -1;
        if (first < 0 || behind < 0)
        {
            throw Flaw.Clause(clause, $"a boundary of its {name}, {start} to {end}, lies where no instruction starts");
        }

        if (first >= behind)
        {
            throw Flaw.Clause(clause, $"its {name}, {start} to {end}, is empty");
        }

        Region region = new(kind, clause, first, behind);
        _regions.Add(region);
        return region;
    }

    private void Nest()
    {
        _regions.Sort(static (one, other) => (one.Start, other.End, other.Clause, one.Kind).CompareTo((other.Start, one.End, one.Clause, other.Kind)));
        Region? around = null;
        foreach (Region region in _regions)
        {
            while (around is not null && around.End <= region.Start)
            {
                around = around.Parent;
            }

            if (around is not null && region.End > around.End)
            {
                throw Flaw.Clause(region.Clause, $"a region of it overlaps one of clause {around.Clause}");
            }

            if (around is not null && around.Clause <= region.Clause)
            {
                throw Flaw.Clause(region.Clause, $"it lies within clause {around.Clause}, which must come after it");
            }

            region.Parent = around;
            around = region;
        }
    }

    // A clause as a whole lies in one region of any clause around it. Clauses that protect the same block do not lie in each other.
    private static void CheckSurroundings(Region protectedBlock, Region? filter, Region handler)
    {
        Region? around = protectedBlock.Parent;
        while (around is { Kind: RegionKind.Try } && around.Covers(protectedBlock))
        {
            around = around.Parent;
        }

        if (handler.Parent != around || (filter is not null && filter.Parent != around))
        {
            throw Flaw.Clause(protectedBlock.Clause, "its handler does not lie where its try does");
        }
    }

    private void FindInnermost()
    {
        Region? current = null;
        for (int index = 0, next = 0; index < _innermost.Length; index++)
        {
            while (current is not null && current.End <= index)
            {
                current = current.Parent;
            }

            for (; next < _regions.Count && _regions[next].Start == index; next++)
            {
                current = _regions[next];
            }

            _innermost[index] = current;
        }
    }
}
