using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Tests.Support;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>Every operator on every type it takes, at all pairs of the types' edges, with operands of both kinds: arguments and constants.</summary>
public sealed class OperatorMatrixTests
{
    private static readonly long[] Edges = [0, 1, -1, 2, -2, 7, 31, 63, 100, 127, 128, -128, 255, 32767, -32768, 65535, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue];

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Binary_AtTheEdges_IsWhatTheInterpreterSays(int version)
    {
        Require.Bpf();
        InstructionSet set = (InstructionSet)version;
        if (set == InstructionSet.V4)
        {
            Require.InstructionSetV4();
        }

        using BpfMappedArray<Cells> shared = new(1, "cells");
        foreach (Type type in RandomExpressions.Types)
        {
            foreach (BinaryOperator operation in Enum.GetValues<BinaryOperator>())
            {
                Type right = operation is BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight ? typeof(int) : type;
                if (OperatorRules.Allows(operation, type, right))
                {
                    CheckPairs(operation, type, right, shared, set);
                }
            }
        }
    }

    private static void CheckPairs(BinaryOperator operation, Type left, Type right, BpfMappedArray<Cells> shared, InstructionSet set)
    {
        CellSource source = new([left, right]);
        Type result = OperatorRules.ResultOf(operation, left);
        BinaryExpression both = new(operation, new ArgumentExpression(0, null, left), new ArgumentExpression(1, null, right), result);
        using CompiledExpression compiled = new(both, source, shared, set);
        object[] lefts = Values(left);
        foreach (object b in Values(right))
        {
            // A constant divisor or count takes other ways than one in a register.
            BinaryExpression fixedRight = both with { Right = new ConstantExpression(b, right) };
            using CompiledExpression constant = new(fixedRight, source, shared, set);
            foreach (object a in lefts)
            {
                Compare(both, compiled, shared, a, b);
                Compare(fixedRight, constant, shared, a, b);
            }
        }
    }

    private static void Compare(BinaryExpression expression, CompiledExpression compiled, BpfMappedArray<Cells> shared, object a, object b)
    {
        Span<ulong> cells = shared[0];
        cells[Cells.FirstArgument] = (ulong)NumberConversion.Bits(a);
        cells[Cells.FirstArgument + 1] = (ulong)NumberConversion.Bits(b);
        object? expected = ExpressionInterpreter.Evaluate(expression, new Pair(a, b), out bool expectedFault);
        object? actual = compiled.Run(out bool actualFault);
        if (!Equals(expected, actual) || expectedFault != actualFault)
        {
            Assert.Fail($"{ExpressionText.Of(expression)} of {a} and {b}: the interpreter gives {expected} {expectedFault}, the kernel {actual} {actualFault}\n{compiled.Code}");
        }
    }

    private static object[] Values(Type type)
    {
        TypeCode code = ExpressionTypes.RepresentationOf(type);
        return [.. Edges.Select(edge => NumberConversion.FromBits(edge, code)).Distinct()];
    }

    // Durations are longs of nanoseconds, addresses and enums numbers, as the interpreter takes them too.
    private sealed class Pair(object a, object b) : IExpressionInput
    {
        public object? This => null;

        public object? Result => null;

        public object Argument(int index) => index == 0 ? a : b;

        public object? Argument(string name) => null;

        public object? Context(ContextValue value) => null;
    }
}
