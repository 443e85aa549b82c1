using System.Runtime.InteropServices;
using Instrumentation.Aggregations;
using Instrumentation.Backends;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Maps;

namespace Instrumentation.Ebpf.Backend;

/// <summary>The maps that hold a probe's aggregate: programs write the cells of their processor, and this reads them all.</summary>
internal sealed class KernelAggregate : IDisposable
{
    private readonly AggregationSpec _inner;
    private readonly int _words;
    private readonly BpfRawMap _own;
    private readonly BpfRawMap? _table;

    /// <summary>Creates the maps.</summary>
    /// <param name="aggregation">The aggregation; no plain count, for which the probe's counters are enough.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public KernelAggregate(AggregationSpec aggregation)
    {
        KeyedAggregation? table = aggregation as KeyedAggregation;
        _inner = table?.Inner ?? aggregation;
        _words = AggregateLayout.Words(_inner);
        _own = new BpfRawMap(new MapDescription(MapType.PerCpuArray, sizeof(int), _words * sizeof(long), 2) { Name = "instr_cells" });
        try
        {
            _table = table is null ? null : new BpfRawMap(new MapDescription(MapType.PerCpuHash, sizeof(long), _words * sizeof(long), table.Capacity) { Name = "instr_table" });
        }
        catch
        {
            _own.Dispose();
            throw;
        }
    }

    /// <summary>Adds the maps to those that programs use.</summary>
    /// <param name="maps">The others.</param>
    /// <returns>All.</returns>
    public ProgramMaps AddTo(ProgramMaps maps) => maps with { Aggregate = _own.Handle, Table = _table?.Handle };

    /// <summary>
    /// Copies all cells while programs may write them: the table in batches. The numbers of one key on one processor belong together, unless a program is stopped amid an
    /// update for longer than <see cref="CellsRetry"/> waits, or a histogram is updated faster than it can be copied.
    /// </summary>
    /// <returns>The cells.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public List<AggregateRow> Read()
    {
        List<AggregateRow> rows = [];
        if (_table is not null)
        {
            (List<long> keys, List<byte> values) = MapReading.All<long>(_table, _table.ValueBytes);
            ReadOnlySpan<long> cells = MemoryMarshal.Cast<byte, long>(CollectionsMarshal.AsSpan(values));
            int length = _words * PossibleCpus.Count;
            for (int i = 0; i < keys.Count; i++)
            {
                long key = keys[i];
                rows.Add(new AggregateRow(key, Stable(_table, MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in key)), cells.Slice(i * length, length).ToArray())));
            }
        }

        int own = AggregationEmitter.Own;
        ReadOnlySpan<byte> index = MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in own));
        long[] all = new long[_words * PossibleCpus.Count];
        _own.TryGet(index, MemoryMarshal.AsBytes(all.AsSpan()));
        rows.Add(new AggregateRow(null, Stable(_own, index, all)));
        return rows;
    }

    /// <summary>Hands copied cells on, in the common layout.</summary>
    /// <param name="rows">The cells.</param>
    /// <param name="visit">Takes those of each key and processor that has any.</param>
    public void Visit(List<AggregateRow> rows, CellsVisitor visit)
    {
        int words = AggregateCells.Words(_inner);
        foreach (AggregateRow row in rows)
        {
            for (int at = 0; at < row.Cells.Length; at += _words)
            {
                Span<long> cells = row.Cells.AsSpan(at, words);
                if (cells[AggregateCells.Count] == 0)
                {
                    continue;
                }

                if (words > 1)
                {
                    // Whether they belong together has been seen to: who reads a copy again gets the same.
                    cells[AggregateCells.Begun] = cells[AggregateCells.Count];
                }

                visit(row.Key, cells);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _own.Dispose();
        _table?.Dispose();
    }

    private long[] Stable(BpfRawMap map, ReadOnlySpan<byte> key, long[] cells)
    {
        CellsRetry retry = new(_inner);
        while (!BelongTogether(cells) && retry.Wait())
        {
            map.TryGet(key, MemoryMarshal.AsBytes(cells.AsSpan()));
        }

        return cells;
    }

    private bool BelongTogether(ReadOnlySpan<long> cells)
    {
        for (int at = 0; _words > 1 && at < cells.Length; at += _words)
        {
            if (cells[at + AggregateCells.Count] != cells[at + AggregateLayout.Begun(_inner)])
            {
                return false;
            }
        }

        return true;
    }
}
