using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Tests.Support;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>What is large or has many branches still passes the verifier.</summary>
public sealed class VerifierTests
{
    public VerifierTests() => Require.Bpf();

    [Fact]
    public void ManyTests_OfOneText_Pass()
    {
        MemoryExpression text = new(new ArgumentExpression(0, null, typeof(nint)), typeof(string));
        ProbeExpression any = new ConstantExpression(false, typeof(bool));
        for (int i = 0; i < 12; i++)
        {
            any = new BinaryExpression(BinaryOperator.OrElse, any, new StringTestExpression((StringTest)(i % 3), text, new ConstantExpression($"a long text number {i}", typeof(string))), typeof(bool));
        }

        Load(any);
    }

    [Fact]
    public void ManyLengths_AndComparisonsOfTwoTexts_Pass()
    {
        MemoryExpression first = new(new ArgumentExpression(0, null, typeof(nint)), typeof(string));
        MemoryExpression second = new(new ArgumentExpression(1, null, typeof(nint)), typeof(string));
        ProbeExpression sum = new ConstantExpression(0, typeof(int));
        for (int i = 0; i < 6; i++)
        {
            ProbeExpression length = new UnaryExpression(UnaryOperator.StringLength, i % 2 == 0 ? first : second, typeof(int));
            ProbeExpression equal = new BinaryExpression(BinaryOperator.Equal, first, second, typeof(bool));
            sum = new BinaryExpression(BinaryOperator.Add, sum, new ConditionalExpression(equal, length, new UnaryExpression(UnaryOperator.Negate, length, typeof(int)), typeof(int)), typeof(int));
        }

        Load(new BinaryExpression(BinaryOperator.GreaterThan, sum, new ConstantExpression(5, typeof(int)), typeof(bool)));
    }

    [Fact]
    public void ManyBranches_OverEachOther_Pass()
    {
        ProbeExpression value = new ArgumentExpression(0, null, typeof(long));
        for (int i = 0; i < 60; i++)
        {
            ProbeExpression test = new BinaryExpression(BinaryOperator.GreaterThan, new ArgumentExpression(i % 4, null, typeof(long)), new ConstantExpression((long)i, typeof(long)), typeof(bool));
            ProbeExpression bit = new ConditionalExpression(test, new ConstantExpression(1L << (i % 60), typeof(long)), new ConstantExpression(0L, typeof(long)), typeof(long));
            value = new BinaryExpression(i % 2 == 0 ? BinaryOperator.Or : BinaryOperator.Divide, value, bit, typeof(long));
        }

        Load(new BinaryExpression(BinaryOperator.Equal, value, new ConstantExpression(77L, typeof(long)), typeof(bool)));
    }

    [Fact]
    public void DeepTrees_NeedLittleStack()
    {
        ProbeExpression left = new ArgumentExpression(0, null, typeof(int));
        ProbeExpression right = left;
        for (int i = 0; i < 200; i++)
        {
            left = new BinaryExpression(BinaryOperator.Subtract, left, new ArgumentExpression(1, null, typeof(int)), typeof(int));
            right = new BinaryExpression(BinaryOperator.Subtract, new ArgumentExpression(1, null, typeof(int)), right, typeof(int));
        }

        Load(new BinaryExpression(BinaryOperator.LessThan, left, right, typeof(bool)));
    }

    private static void Load(ProbeExpression expression)
    {
        CellSource source = new([typeof(nint), typeof(nint), typeof(long), typeof(long)]);
        using BpfMappedArray<Cells> shared = new(1, "cells");
        using CompiledExpression compiled = new(expression, source, shared);
        compiled.Run(out _);
        using CompiledExpression condition = new(expression, source, shared, asCondition: true);
        condition.Run(out _);
    }
}
