using Instrumentation.Aggregations;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>
/// Emits the change of an aggregate's cells, with the meaning of <see cref="AggregateCells"/>. The cells are of one processor, but where programs can be preempted, or
/// interrupted by others of the probe, updates on it interleave: so all of them are atomic. Counts, sums and buckets are exact. The least and the greatest miss a value only
/// when other updates on the processor come between its look and its write <see cref="Attempts"/> times in a row; a sum that is changed so often meanwhile is
/// added to all the same, and only its stop at the end of the 64-bit range may then be missed.
/// </summary>
/// <param name="assembler">Takes the code. R0 to R5 are changed.</param>
/// <param name="cells">Holds the address of the cells, laid out as <see cref="AggregateLayout"/> says.</param>
internal sealed class CellsEmitter(BpfAssembler assembler, Register cells)
{
    /// <summary>How often a value is tried to be exchanged that others change meanwhile.</summary>
    public const int Attempts = 8;

    private const Register Value = Register.R2;
    private const Register Left = Register.R5;

    /// <summary>Emits the change.</summary>
    /// <param name="inner">The aggregation, without a key.</param>
    /// <param name="value">Where the value is; null for a count.</param>
    public void Emit(AggregationSpec inner, StackSlot? value)
    {
        if (value is not { } measured)
        {
            Increment(cells, AggregateCells.Count);
            return;
        }

        Increment(cells, AggregateLayout.Begun(inner));
        assembler.Load(Value, Register.R10, measured.Offset);
        EmitSum();
        if (inner is not SumAggregation)
        {
            EmitExtreme(AggregateCells.Least, long.MaxValue, JumpCondition.SignedGreaterOrEqual);
            EmitExtreme(AggregateCells.Greatest, long.MinValue, JumpCondition.SignedLessOrEqual);
        }

        if (HistogramBuckets.CountOf(inner) > 0)
        {
            BucketEmitter buckets = new(assembler);
            buckets.Emit(inner, Value, Register.R1);
            assembler.Alu(AluOperation.ShiftLeft, Register.R1, 3);
            assembler.Alu(AluOperation.Add, Register.R1, cells);
            Increment(Register.R1, AggregateCells.Buckets);
        }

        Increment(cells, AggregateCells.Count);
    }

    // Fetching, so that it is ordered among the other words on processors that reorder.
    private void Increment(Register address, int word)
    {
        assembler.Move(Register.R0, 1);
        assembler.Atomic(AtomicOperation.FetchAdd, address, word * sizeof(long), Register.R0);
    }

    private void EmitSum()
    {
        Label again = assembler.NewLabel("sumAgain");
        Label fits = assembler.NewLabel("sumFits");
        Label least = assembler.NewLabel("sumIsLeast");
        Label done = assembler.NewLabel("sumDone");
        assembler.Move(Left, Attempts);
        assembler.Mark(again);
        assembler.Load(Register.R0, cells, AggregateCells.Sum * sizeof(long));

        // At an end of the range it stays: (sum ^ (sum >> 63)) == long.MaxValue.
        assembler.Move(Register.R1, Register.R0);
        assembler.Alu(AluOperation.ArithmeticShiftRight, Register.R1, 63);
        assembler.Alu(AluOperation.Xor, Register.R1, Register.R0);
        assembler.LoadConstant(Register.R3, long.MaxValue);
        assembler.JumpIf(JumpCondition.Equal, Register.R1, Register.R3, done);
        assembler.Move(Register.R1, Register.R0);
        assembler.Alu(AluOperation.Add, Register.R1, Value);

        // It overflows when both operands differ in sign from the result.
        assembler.Move(Register.R3, Register.R0);
        assembler.Alu(AluOperation.Xor, Register.R3, Register.R1);
        assembler.Move(Register.R4, Value);
        assembler.Alu(AluOperation.Xor, Register.R4, Register.R1);
        assembler.Alu(AluOperation.And, Register.R3, Register.R4);
        assembler.JumpIf(JumpCondition.SignedGreaterOrEqual, Register.R3, 0, fits);
        assembler.JumpIf(JumpCondition.SignedGreaterOrEqual, Register.R1, 0, least);
        assembler.LoadConstant(Register.R1, long.MaxValue);
        assembler.Jump(fits);
        assembler.Mark(least);
        assembler.LoadConstant(Register.R1, long.MinValue);
        assembler.Mark(fits);
        EmitExchange(AggregateCells.Sum, again, done);
        assembler.Move(Register.R1, Value);
        assembler.Atomic(AtomicOperation.Add, cells, AggregateCells.Sum * sizeof(long), Register.R1);
        assembler.Mark(done);
    }

    private void EmitExtreme(int word, long empty, JumpCondition isCovered)
    {
        Label again = assembler.NewLabel("extremeAgain");
        Label done = assembler.NewLabel("extremeDone");
        assembler.LoadConstant(Register.R3, empty);
        assembler.Move(Left, Attempts);
        assembler.Mark(again);
        assembler.Load(Register.R0, cells, word * sizeof(long));
        assembler.Move(Register.R1, Register.R0);
        assembler.Alu(AluOperation.Xor, Register.R1, Register.R3);
        assembler.JumpIf(isCovered, Value, Register.R1, done);
        assembler.Move(Register.R1, Value);
        assembler.Alu(AluOperation.Xor, Register.R1, Register.R3);
        EmitExchange(word, again, done);
        assembler.Mark(done);
    }

    // Writes R1 where R0 is still what the word holds; goes on behind this when that failed too often.
    private void EmitExchange(int word, Label again, Label done)
    {
        assembler.Move(Register.R4, Register.R0);
        assembler.Atomic(AtomicOperation.CompareExchange, cells, word * sizeof(long), Register.R1);
        assembler.JumpIf(JumpCondition.Equal, Register.R0, Register.R4, done);
        assembler.Alu(AluOperation.Subtract, Left, 1);
        assembler.JumpIf(JumpCondition.NotEqual, Left, 0, again);
    }
}
