using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>What BPF cannot compute is refused by its name, with what to write instead.</summary>
public sealed class RefusalTests
{
    public RefusalTests() => Require.Bpf();

    [Fact]
    public void Fractions_AreNamed()
    {
        ExpressionException error = Evaluated.Refused(c => c.Arg<int>(0) > 1 && (long)(c.Duration.TotalMilliseconds * 2) > 5);
        Assert.Equal("c.Duration.TotalMilliseconds * 2.0", error.SubExpression);
        Assert.Contains("no floating-point", error.Why, StringComparison.Ordinal);
        error = Evaluated.Refused(c => c.Duration.TotalMilliseconds);
        Assert.Equal("c.Duration.TotalMilliseconds", error.SubExpression);
        Assert.Contains("Capture c.Duration whole", error.Mend, StringComparison.Ordinal);
        Assert.Equal("c.Arg<double>(0)", Evaluated.Refused(c => c.Arg<double>(0) > 1.5).SubExpression);
        Assert.Equal("c.Duration.TotalMilliseconds", Evaluated.Refused(c => c.Duration.TotalMilliseconds > c.Arg<int>(0)).SubExpression);
    }

    [Fact]
    public void Objects_AreNamed()
    {
        Assert.Equal("c.This<object>()", Evaluated.Refused(c => c.This<object>() == null).SubExpression);
        Assert.Equal("c.Exception", Evaluated.Refused(c => c.Exception != null).SubExpression);
        Assert.Contains("Probe.Method", Evaluated.Refused(c => c.Field<int>(c.Arg<object>(0), "_a.b") == 1).Mend, StringComparison.Ordinal);
        Assert.Equal("c.Arg<string>(0)", Evaluated.Refused(c => c.Arg<string>(0) == "x").SubExpression);
        Assert.Contains("c.String", Evaluated.Refused(c => c.Arg<string>(0)).Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_IsNamed()
    {
        Assert.Contains("constant", Evaluated.Refused(c => c.Comm.EndsWith(c.KernelString("task->comm")!), new TaskSource()).Mend, StringComparison.Ordinal);
        Assert.Contains("constant", Evaluated.Refused(c => c.Comm.Contains(c.String(c.Arg<nint>(0))!)).Mend, StringComparison.Ordinal);
        string tooLong = new('x', ExpressionCompiler.MostStringBytes + 1);
        Assert.Contains("257 bytes in UTF-8", Evaluated.Refused(c => c.Comm == tooLong).Why, StringComparison.Ordinal);
        Assert.Contains("surrogate", Evaluated.Refused(c => c.Comm.StartsWith("\ud800")).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Stack_ThatIsFull_NamesTheSubExpression()
    {
        StackFrame frame = new(16);
        using StackSlot first = frame.Take(12, "a + b");
        Assert.Equal((-16, 16), (first.Offset, first.Bytes));
        ExpressionException error = Assert.Throws<ExpressionException>(() => frame.Take(1, "c + d"));
        Assert.Equal("c + d", error.SubExpression);
        Assert.Contains("16 of 16 are in use", error.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Stack_IsGivenBackInOrder()
    {
        StackFrame frame = new();
        StackSlot first = frame.Take(8, "a");
        StackSlot second = frame.Take(8, "b");
        Assert.Throws<InvalidOperationException>(first.Dispose);
        second.Dispose();
        first.Dispose();
        Assert.Equal((-8, 16), (frame.Take(8, "c").Offset, frame.HighWater));
    }

    [Fact]
    public void Scratch_ThatIsFull_NamesTheSubExpression()
    {
        ScratchLayout scratch = new(limit: 24);
        Assert.Equal((0, 8), (scratch.Take(3, "a"), scratch.Take(16, "b")));
        Assert.Equal("c", Assert.Throws<ExpressionException>(() => scratch.Take(1, "c")).SubExpression);
    }

    [Fact]
    public void Unknown_Context_NamesThePlace()
    {
        ExpressionException error = Evaluated.Refused(c => c.Duration > TimeSpan.Zero, new TaskSource());
        Assert.Contains("this test has no such value", error.Why, StringComparison.Ordinal);
        Assert.Contains("no result", Evaluated.Refused(c => c.Return<int>() > 0, new TaskSource()).Why, StringComparison.Ordinal);
    }
}
