using Instrumentation.Ebpf.Assembler;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>Emits the choice of a histogram's bucket, by the rules of <see cref="Aggregations.AggregateCells"/>.</summary>
/// <param name="assembler">Takes the code. R0, R3 and R4 are changed.</param>
internal sealed class BucketEmitter(BpfAssembler assembler)
{
    /// <summary>Emits it.</summary>
    /// <param name="histogram">The histogram.</param>
    /// <param name="value">Holds the value; R2.</param>
    /// <param name="bucket">Receives the bucket's index, within bounds that the verifier sees; R1.</param>
    public void Emit(AggregationSpec histogram, Register value, Register bucket)
    {
        Label found = assembler.NewLabel("bucket");
        assembler.Move(bucket, 0);
        if (histogram is LinearHistogramAggregation linear)
        {
            EmitLinear(linear, value, bucket, found);
        }
        else
        {
            EmitLog2(value, bucket, found);
        }

        assembler.Mark(found);
    }

    // The number of bits of a positive value, by halving.
    private void EmitLog2(Register value, Register bucket, Label found)
    {
        assembler.JumpIf(JumpCondition.SignedLessOrEqual, value, 0, found);
        assembler.Move(bucket, 1);
        assembler.Move(Register.R3, value);
        for (int bits = 32; bits > 0; bits /= 2)
        {
            Label next = assembler.NewLabel("fewerBits");
            assembler.Move(Register.R4, Register.R3);
            assembler.Alu(AluOperation.ShiftRight, Register.R4, bits);
            assembler.JumpIf(JumpCondition.Equal, Register.R4, 0, next);
            assembler.Alu(AluOperation.Add, bucket, bits);
            assembler.Move(Register.R3, Register.R4);
            assembler.Mark(next);
        }
    }

    private void EmitLinear(LinearHistogramAggregation linear, Register value, Register bucket, Label found)
    {
        assembler.LoadConstant(Register.R3, linear.Minimum);
        assembler.JumpIf(JumpCondition.SignedLess, value, Register.R3, found);

        // The difference of two longs fits an unsigned one.
        assembler.Move(Register.R4, value);
        assembler.Alu(AluOperation.Subtract, Register.R4, Register.R3);
        assembler.LoadConstant(Register.R3, linear.Width);
        assembler.Alu(AluOperation.Divide, Register.R4, Register.R3);
        assembler.Move(bucket, linear.Buckets + 1);
        assembler.JumpIf(JumpCondition.GreaterOrEqual, Register.R4, linear.Buckets, found);
        assembler.Move(bucket, Register.R4);
        assembler.Alu(AluOperation.Add, bucket, 1);
    }
}
