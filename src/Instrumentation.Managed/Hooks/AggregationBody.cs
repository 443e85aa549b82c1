using System.Reflection.Emit;
using Instrumentation.Aggregations;
using Instrumentation.Events;
using Instrumentation.Managed.Expressions;

namespace Instrumentation.Managed.Hooks;

/// <summary>Emits the update of an aggregation's cells, which follow the block.</summary>
internal sealed class AggregationBody(ILGenerator il, ExpressionEmitter expressions, LocalBuilder block, LocalBuilder fault)
{
    /// <summary>Emits the update. A value that faults changes no cell and is counted.</summary>
    /// <param name="aggregation">The bound aggregation.</param>
    public void Emit(AggregationSpec aggregation)
    {
        if (HookRequest.ValueOf(aggregation) is not { } value)
        {
            // A plain count is the block's own counter.
            return;
        }

        Label sound = il.DefineLabel();
        Label done = il.DefineLabel();
        LocalBuilder number = il.DeclareLocal(typeof(long));
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Stloc, fault);
        expressions.Emit(value);
        Widen(value.Type);
        il.Emit(OpCodes.Stloc, number);
        il.Emit(OpCodes.Ldloc, fault);
        il.Emit(OpCodes.Brfalse, sound);
        HookBody.IncrementCounter(il, block, nameof(ProbeBlock.Faults));
        il.Emit(OpCodes.Br, done);
        il.MarkLabel(sound);
        il.Emit(OpCodes.Ldloc, block);
        il.Emit(OpCodes.Sizeof, typeof(ProbeBlock));
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Ldloc, number);
        switch (aggregation)
        {
            case CountByAggregation counts:
                il.Emit(OpCodes.Ldc_I4, counts.Capacity);
                il.Emit(OpCodes.Call, typeof(KeyedCells).GetMethod(nameof(KeyedCells.Increment))!);
                break;
            case LinearHistogramAggregation linear:
                il.Emit(OpCodes.Ldc_I8, linear.Minimum);
                il.Emit(OpCodes.Ldc_I8, linear.Width);
                il.Emit(OpCodes.Ldc_I4, linear.Buckets);
                il.Emit(OpCodes.Call, typeof(HistogramCells).GetMethod(nameof(HistogramCells.AddLinear))!);
                break;
            default:
                il.Emit(OpCodes.Call, typeof(HistogramCells).GetMethod(nameof(HistogramCells.AddLog2))!);
                break;
        }

        il.MarkLabel(done);
    }

    private void Widen(Type type) => il.Emit(RecordBody.IsUnsigned(type) ? OpCodes.Conv_U8 : OpCodes.Conv_I8);
}
