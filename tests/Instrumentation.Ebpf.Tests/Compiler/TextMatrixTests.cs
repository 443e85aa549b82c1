using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Tests.Support;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>Every test and comparison of text, each text against each other one, as constants and as texts in memory.</summary>
public sealed class TextMatrixTests
{
    private const int Most = 64;
    private static readonly MemoryExpression First = new(new ArgumentExpression(0, null, typeof(nint)), typeof(string));
    private static readonly MemoryExpression Second = new(new ArgumentExpression(1, null, typeof(nint)), typeof(string));

    public TextMatrixTests() => Require.Bpf();

    [Fact]
    public void Constants_AgainstText_AreWhatTheInterpreterSays()
    {
        foreach (string? wanted in RandomExpressions.Texts.Where(static text => text.Length <= Most).Append("lo wor").Append("lo worx").Append("😀 gr").Append(null))
        {
            ConstantExpression constant = new(wanted, typeof(string));
            ProbeExpression[] conditions =
            [
                .. Enum.GetValues<StringTest>().Select(test => new StringTestExpression(test, First, constant)),
                new BinaryExpression(BinaryOperator.Equal, First, constant, typeof(bool)), new BinaryExpression(BinaryOperator.NotEqual, constant, First, typeof(bool)),
            ];
            Assert.All(conditions, static condition => Check(condition, null));
        }
    }

    [Fact]
    public void Texts_AgainstTexts_AreWhatTheInterpreterSays()
    {
        ProbeExpression[] conditions =
        [
            new BinaryExpression(BinaryOperator.Equal, First, Second, typeof(bool)), new BinaryExpression(BinaryOperator.NotEqual, First, Second, typeof(bool)),
            new StringTestExpression(StringTest.StartsWith, First, Second), new UnaryExpression(UnaryOperator.StringLength, First, typeof(int)),
            new ConditionalExpression(new StringTestExpression(StringTest.StartsWith, First, Second), First, Second, typeof(string)),
        ];
        foreach (string? other in RandomExpressions.Texts.Append(null))
        {
            Assert.All(conditions, condition => Check(condition, other));
        }
    }

    [Theory]
    [InlineData(63, 63)]
    [InlineData(64, 64)]
    [InlineData(65, 65)]
    [InlineData(200, 71)]
    public void Head_TellsWhatWasCut(int length, int reported)
    {
        Random random = new(1);
        using MemoryPool memory = new(random, [new string('x', length)]);
        using BpfMappedArray<Cells> shared = new(1, "cells");
        using CompiledExpression compiled = new(First, new CellSource([typeof(nint), typeof(nint)]), shared, mostStringBytes: Most);
        shared[0][Cells.FirstArgument] = memory.Write(new string('x', length));
        Assert.Equal(new string('x', Math.Min(length, Most)), compiled.Run(out bool faulted));
        Assert.False(faulted);
        Assert.Equal(reported, compiled.WholeLength);
    }

    private static void Check(ProbeExpression expression, string? other)
    {
        using MemoryPool memory = new(new Random(7), []);
        using BpfMappedArray<Cells> shared = new(1, "cells");
        using CompiledExpression compiled = new(expression, new CellSource([typeof(nint), typeof(nint)]), shared, mostStringBytes: Most);
        ulong second = other is null ? 0 : memory.Write(other);
        foreach (string? text in RandomExpressions.Texts.Append(null))
        {
            ulong first = text is null ? 0 : memory.Write(text);
            shared[0][Cells.FirstArgument] = first;
            shared[0][Cells.FirstArgument + 1] = second;
            object? expected = ExpressionInterpreter.Evaluate(expression, new Texts(memory, first, second), out bool expectedFault);
            object? actual = compiled.Run(out bool actualFault);
            Assert.True(Equals(expected, actual) && expectedFault == actualFault, $"{ExpressionText.Of(expression)} of '{text}' and '{other}': {expected} {expectedFault}, in the kernel {actual} {actualFault}\n{compiled.Code}");
        }
    }

    private sealed class Texts(MemoryPool memory, ulong first, ulong second) : IExpressionInput
    {
        public object? This => null;

        public object? Result => null;

        public object Argument(int index) => (nint)(index == 0 ? first : second);

        public object? Argument(string name) => null;

        public object? Context(ContextValue value) => null;

        public bool TryReadMemory(ulong address, Type type, out object? value) => memory.TryRead(address, type, Most, out value);
    }
}
