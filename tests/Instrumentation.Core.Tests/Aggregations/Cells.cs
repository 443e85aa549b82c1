using Instrumentation.Aggregations;
using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Aggregations;

/// <summary>Updates cells as hooks do.</summary>
internal static unsafe class Cells
{
    private static readonly ProbeExpression Number = new ConstantExpression(0L, typeof(long));

    /// <summary>An aggregation of each kind, by a name that test runners can show.</summary>
    public static AggregationSpec Kind(string name) => name switch
    {
        "count" => new CountAggregation(),
        "sum" => new SumAggregation(Number),
        "summary" => new SummaryAggregation(Number),
        "log2" => new Log2HistogramAggregation(Number),
        "linear" => new LinearHistogramAggregation(Number, -100, 50, 8),
        _ => throw new ArgumentException("No such kind.", nameof(name)),
    };

    /// <summary>Adds a value to an aggregation without a key.</summary>
    public static void Add(AggregationSpec aggregation, byte* cells, long value)
    {
        switch (aggregation)
        {
            case CountAggregation:
                AggregateCells.AddCount(cells);
                break;
            case SumAggregation:
                AggregateCells.AddSum(cells, value);
                break;
            case SummaryAggregation:
                AggregateCells.AddSummary(cells, value);
                break;
            case Log2HistogramAggregation:
                AggregateCells.AddLog2(cells, value);
                break;
            case LinearHistogramAggregation linear:
                AggregateCells.AddLinear(cells, value, linear.Minimum, linear.Width, linear.Buckets);
                break;
            default:
                throw new ArgumentException("It has a key.", nameof(aggregation));
        }
    }

    /// <summary>Adds a value to an aggregation by key.</summary>
    public static void Add(KeyedAggregation table, byte* cells, long key, long value) =>
        Add(table.Inner, KeyedCells.Find(cells, key, table.Capacity, AggregateCells.Words(table.Inner)), value);
}
