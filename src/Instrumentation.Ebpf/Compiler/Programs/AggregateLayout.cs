using Instrumentation.Aggregations;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>
/// How an aggregate lies in a map: the words of <see cref="AggregateCells"/>, but the count of begun updates is the last word. The kernel copies a value to user space from
/// its first word to its last: so a copy whose first and last word are equal was made while no update was under way.
/// </summary>
internal static class AggregateLayout
{
    /// <summary>The words of a value.</summary>
    /// <param name="inner">The aggregation, without a key.</param>
    /// <returns>Their number.</returns>
    public static int Words(AggregationSpec inner) => inner is CountAggregation ? 1 : AggregateCells.Words(inner) + 1;

    /// <summary>Index of the count of begun updates.</summary>
    /// <param name="inner">The aggregation, without a key: not a count.</param>
    /// <returns>The index.</returns>
    public static int Begun(AggregationSpec inner) => AggregateCells.Words(inner);
}
