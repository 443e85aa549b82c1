using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Stacks;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>Emits the update of an aggregate: key and value first, then the cells of this processor are found and changed.</summary>
/// <param name="code">Takes the code.</param>
/// <param name="expressions">Compiles its expressions.</param>
/// <param name="source">The values of the point.</param>
/// <param name="maps">The maps.</param>
internal sealed class AggregationEmitter(CodeEmitter code, ExpressionCompiler expressions, ProgramSource source, ProgramMaps maps)
{
    /// <summary>The element of <see cref="ProgramMaps.Aggregate"/> that holds the aggregate, or that of hits whose key found no room.</summary>
    public const int Own = 0;

    /// <summary>The element of <see cref="ProgramMaps.Aggregate"/> that stays empty: what a new key begins with.</summary>
    public const int Empty = 1;

    // The fault flag is free once key and value are there.
    private const Register Cells = CodeEmitter.Fault;

    private readonly BpfAssembler _assembler = code.Assembler;

    /// <summary>Emits it. A key or value that faults changes no cell and is counted.</summary>
    /// <param name="program">The program around.</param>
    /// <param name="aggregation">The aggregation.</param>
    /// <param name="skip">Where to go when nothing can be aggregated.</param>
    /// <exception cref="ExpressionException">The key or the value cannot be compiled.</exception>
    public void Emit(ProbeCompiler program, AggregationSpec aggregation, Label skip)
    {
        if (aggregation is StackAggregation stacks)
        {
            EmitStacks(program, stacks, skip);
            return;
        }

        if (aggregation is CountAggregation)
        {
            // A plain count is the probe's own counter.
            return;
        }

        KeyedAggregation? table = aggregation as KeyedAggregation;
        if (table is { Key: { } text } && text.Type == typeof(string))
        {
            throw new ExpressionException(ExpressionText.Of(text), "a text cannot be a key in the kernel.", "Use an integer, bool, char or enum; or capture the text, and aggregate where the events are read.");
        }

        AggregationSpec inner = table?.Inner ?? aggregation;
        code.EmitNoFault();
        StackSlot? key = Evaluate(table?.Key, isValue: false);
        StackSlot? value = Evaluate((inner as ValueAggregation)?.Value, isValue: true);
        EmitSkipFault(program, skip);
        _assembler.Note("the aggregate");
        if (key is { } known)
        {
            EmitFind(known, skip);
        }
        else
        {
            MapAccess.EmitElement(code, maps.Aggregate!, "aggregate", Own, skip, Cells);
        }

        new CellsEmitter(_assembler, Cells).Emit(inner, value);
    }

    private void EmitStacks(ProbeCompiler program, StackAggregation stacks, Label skip)
    {
        code.EmitNoFault();
        StackSlot? weight = Evaluate(stacks.Weight, isValue: true);
        if (weight is not null)
        {
            EmitSkipFault(program, skip);
        }

        new StackEmitter(code, maps.Stacks!).Emit(program, source, weight);
    }

    private void EmitSkipFault(ProbeCompiler program, Label skip)
    {
        Label sound = _assembler.NewLabel("sound");
        _assembler.JumpIf(JumpCondition.Equal, CodeEmitter.Fault, 0, sound);
        program.Count(nameof(ProbeCounters.Faults));
        _assembler.Jump(skip);
        _assembler.Mark(sound);
    }

    // A key keeps its bits; a value of an unsigned type becomes a signed one, the greatest at most.
    private StackSlot? Evaluate(ProbeExpression? expression, bool isValue)
    {
        if (expression is null)
        {
            return null;
        }

        _assembler.Note(ExpressionText.Of(expression));
        StackSlot slot = code.Frame.Take(sizeof(long), ExpressionText.Of(expression));
        expressions.Emit(expression);
        if (isValue && (expression.Type == typeof(ulong) || expression.Type == typeof(nuint)))
        {
            Label fits = _assembler.NewLabel("fits");
            _assembler.JumpIf(JumpCondition.SignedGreaterOrEqual, Register.R0, 0, fits);
            _assembler.LoadConstant(Register.R0, long.MaxValue);
            _assembler.Mark(fits);
        }

        _assembler.Store(Register.R10, slot.Offset, Register.R0);
        return slot;
    }

    // What another processor inserts in between is found by the second look; what is not found then had no room.
    private void EmitFind(StackSlot key, Label skip)
    {
        Label found = _assembler.NewLabel("found");
        MapAccess.EmitLookup(code, maps.Table!, "table", key);
        _assembler.JumpIf(JumpCondition.NotEqual, Register.R0, 0, found);
        MapAccess.EmitElement(code, maps.Aggregate!, "empty", Empty, skip, Register.R3);
        _assembler.LoadMap(Register.R1, maps.Table!, "table");
        code.EmitAddress(Register.R2, key);
        _assembler.Move(Register.R4, (int)UpdateMode.Insert);
        _assembler.Call(BpfHelper.MapUpdateElement);
        MapAccess.EmitLookup(code, maps.Table!, "table", key);
        _assembler.JumpIf(JumpCondition.NotEqual, Register.R0, 0, found);
        MapAccess.EmitElement(code, maps.Aggregate!, "other", Own, skip, Register.R0);
        _assembler.Mark(found);
        _assembler.Move(Cells, Register.R0);
    }
}
