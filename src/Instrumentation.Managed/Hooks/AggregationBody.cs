using System.Reflection.Emit;
using Instrumentation.Aggregations;
using Instrumentation.Events;
using Instrumentation.Expressions;
using Instrumentation.Managed.Expressions;

namespace Instrumentation.Managed.Hooks;

/// <summary>Emits the update of an aggregation's cells, which follow the block.</summary>
internal sealed class AggregationBody(ILGenerator il, ExpressionEmitter expressions, LocalBuilder block, LocalBuilder fault)
{
    /// <summary>The local of the span's end; null when the call is no span.</summary>
    public LocalBuilder? End { get; init; }

    /// <summary>Emits the update. A key or value that faults changes no cell and is counted.</summary>
    /// <param name="aggregation">The bound aggregation.</param>
    public void Emit(AggregationSpec aggregation)
    {
        if (aggregation is CountAggregation)
        {
            // A plain count is the block's own counter.
            return;
        }

        KeyedAggregation? table = aggregation as KeyedAggregation;
        AggregationSpec inner = table?.Inner ?? aggregation;
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Stloc, fault);
        LocalBuilder? key = Evaluate(table?.Key, isValue: false);
        LocalBuilder? value = Evaluate((inner as ValueAggregation)?.Value, isValue: true);
        Label sound = il.DefineLabel();
        Label done = il.DefineLabel();
        il.Emit(OpCodes.Ldloc, fault);
        il.Emit(OpCodes.Brfalse, sound);
        HookBody.IncrementCounter(il, block, nameof(ProbeBlock.Faults));
        il.Emit(OpCodes.Br, done);
        il.MarkLabel(sound);
        il.Emit(OpCodes.Ldloc, block);
        il.Emit(OpCodes.Sizeof, typeof(ProbeBlock));
        il.Emit(OpCodes.Add);
        if (table is not null)
        {
            il.Emit(OpCodes.Ldloc, key!);
            il.Emit(OpCodes.Ldc_I4, table.Capacity);
            il.Emit(OpCodes.Ldc_I4, AggregateCells.Words(inner));
            il.Emit(OpCodes.Call, typeof(KeyedCells).GetMethod(nameof(KeyedCells.Find))!);
        }

        if (value is not null)
        {
            il.Emit(OpCodes.Ldloc, value);
        }

        if (inner is LinearHistogramAggregation linear)
        {
            il.Emit(OpCodes.Ldc_I8, linear.Minimum);
            il.Emit(OpCodes.Ldc_I8, linear.Width);
            il.Emit(OpCodes.Ldc_I4, linear.Buckets);
        }

        if (inner is BreakdownAggregation)
        {
            il.Emit(OpCodes.Ldloca, End!);
            il.Emit(OpCodes.Ldflda, typeof(SpanEnd).GetField(nameof(SpanEnd.Totals))!);
        }

        il.Emit(OpCodes.Call, typeof(AggregateCells).GetMethod(UpdateOf(inner))!);
        il.MarkLabel(done);
    }

    private static string UpdateOf(AggregationSpec inner) => inner switch
    {
        CountAggregation => nameof(AggregateCells.AddCount),
        SumAggregation => nameof(AggregateCells.AddSum),
        SummaryAggregation => nameof(AggregateCells.AddSummary),
        BreakdownAggregation => nameof(AggregateCells.AddBreakdown),
        Log2HistogramAggregation => nameof(AggregateCells.AddLog2),
        LinearHistogramAggregation => nameof(AggregateCells.AddLinear),
        _ => throw new NotSupportedException($"No hook updates a {inner.GetType().Name}."),
    };

    // A key keeps its bits; a value of an unsigned type becomes a signed one.
    private LocalBuilder? Evaluate(ProbeExpression? expression, bool isValue)
    {
        if (expression is null)
        {
            return null;
        }

        LocalBuilder number = il.DeclareLocal(typeof(long));
        expressions.Emit(expression);
        if (expression.Type == typeof(string))
        {
            il.Emit(OpCodes.Call, typeof(TextKeys).GetMethod(nameof(TextKeys.NumberOf))!);
            il.Emit(OpCodes.Stloc, number);
            return number;
        }

        il.Emit(RecordBody.IsUnsigned(expression.Type) ? OpCodes.Conv_U8 : OpCodes.Conv_I8);
        if (isValue && (expression.Type == typeof(ulong) || expression.Type == typeof(nuint)))
        {
            il.Emit(OpCodes.Call, typeof(AggregateCells).GetMethod(nameof(AggregateCells.Signed))!);
        }

        il.Emit(OpCodes.Stloc, number);
        return number;
    }
}
