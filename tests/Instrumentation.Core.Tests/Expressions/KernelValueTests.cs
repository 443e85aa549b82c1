using Instrumentation.Expressions;

namespace Instrumentation.Core.Tests.Expressions;

/// <summary>What exists at points of the kernel and of native code only: memory, the kernel's structures, processor, user, group, name.</summary>
public class KernelValueTests
{
    [Fact]
    public void Translate_Members_BecomeNodes()
    {
        Assert.Equal(new ContextExpression(ContextValue.Cpu, typeof(int)), LambdaTranslator.Translate((ProbeContext c) => c.Cpu));
        Assert.Equal(new ContextExpression(ContextValue.UserId, typeof(uint)), LambdaTranslator.Translate((ProbeContext c) => c.UserId));
        Assert.Equal(new ContextExpression(ContextValue.CgroupId, typeof(ulong)), LambdaTranslator.Translate((ProbeContext c) => c.CgroupId));
        Assert.Equal(new ContextExpression(ContextValue.Comm, typeof(string)), LambdaTranslator.Translate((ProbeContext c) => c.Comm));
        ArgumentExpression address = new(1, null, typeof(nint));
        Assert.Equal(new MemoryExpression(address, typeof(string)), LambdaTranslator.Translate((ProbeContext c) => c.String(c.Arg<nint>(1))));
        Assert.Equal(new MemoryExpression(address, typeof(short)), LambdaTranslator.Translate((ProbeContext c) => c.Memory<short>(c.Arg<nint>(1))));
        Assert.Equal(new KernelPathExpression("task->tgid", typeof(int)), LambdaTranslator.Translate((ProbeContext c) => c.Kernel<int>("task->tgid")));
        Assert.Equal(new KernelPathExpression("task->comm", typeof(string)), LambdaTranslator.Translate((ProbeContext c) => c.KernelString("task->comm")));
    }

    [Fact]
    public void Text_IsThatOfTheLambda()
    {
        Assert.Equal("c.String(c.Arg<nint>(1)) == \"/etc\"", Hit.Text(c => c.String(c.Arg<nint>(1)) == "/etc"));
        Assert.Equal("c.Memory<uint>(c.Arg<long>(1) + 8) > 5", Hit.Text(c => c.Memory<uint>(c.Arg<long>(1) + 8) > 5u));
        Assert.Equal("c.String(((long)c.Arg<nint>(1)) + 8)", Hit.Text(c => c.String((long)c.Arg<nint>(1) + 8)));
        Assert.Equal("c.Kernel<long>(\"task->pid\") + 1", Hit.Text(c => c.Kernel<long>("task->pid") + 1));
        Assert.Equal("c.KernelString(\"task->comm\").StartsWith(c.Comm)", Hit.Text(c => c.KernelString("task->comm")!.StartsWith(c.Comm)));
    }

    [Fact]
    public void Translate_WhatMemoryCannotBe_IsRefused()
    {
        Assert.Contains("read as a Guid", Hit.Refused(c => c.Memory<Guid>(c.Arg<nint>(0)) == Guid.Empty).Why, StringComparison.Ordinal);
        Assert.Contains("read as a TimeSpan", Hit.Refused(c => c.Kernel<TimeSpan>("task->x") > TimeSpan.Zero).Why, StringComparison.Ordinal);
        Assert.Contains("the path is empty", Hit.Refused(c => c.Kernel<int>(" ") > 0).Why, StringComparison.Ordinal);
        Assert.Contains("as C does", Hit.Refused(c => c.KernelString("") == null).Mend, StringComparison.Ordinal);
        Assert.Contains("must be known", Hit.Refused(c => c.KernelString(c.Comm) == null).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_Memory_IsReadOrFaults()
    {
        MemoryHit hit = new();
        Assert.Equal(true, hit.Value(c => c.Memory<int>(c.Arg<nint>(0)) == -2, out bool faulted));
        Assert.False(faulted);
        Assert.Equal("text", hit.Value(c => c.String(c.Arg<nint>(0)), out faulted));
        Assert.False(faulted);
        Assert.Equal(0, hit.Value(c => c.Memory<int>(c.Arg<long>(0) + 4), out faulted));
        Assert.True(faulted);
        Assert.Null(hit.Value(c => c.String(c.Arg<long>(0) - 1), out faulted));
        Assert.True(faulted);
        Assert.Equal(7L, hit.Value(c => c.Kernel<long>("task->pid"), out faulted));
        Assert.False(faulted);
        Assert.Equal(0L, hit.Value(c => c.Kernel<long>("task->tgid"), out faulted));
        Assert.True(faulted);
    }

    [Fact]
    public void Evaluate_WhereThereIsNoMemory_Faults()
    {
        Assert.Equal(0, Hit.With((nint)5).Faulted(c => c.Memory<int>(c.Arg<nint>(0))));
        Assert.Null(Hit.With().Faulted(c => c.KernelString("task->comm")));
    }

    private sealed class MemoryHit : IExpressionInput
    {
        private const ulong Address = 0xffff_8888_0000_1234;

        public object? This => null;

        public object? Result => null;

        public object? Argument(int index) => unchecked((long)Address);

        public object? Argument(string name) => null;

        public object? Context(ContextValue value) => null;

        public bool TryReadMemory(ulong address, Type type, out object? value)
        {
            value = type == typeof(string) ? "text" : -2;
            return address == Address;
        }

        public bool TryReadKernel(string path, Type type, out object? value)
        {
            value = 7;
            return path == "task->pid" && type == typeof(long);
        }

        public object? Value<T>(System.Linq.Expressions.Expression<Func<ProbeContext, T>> lambda, out bool faulted) =>
            ExpressionInterpreter.Evaluate(LambdaTranslator.Translate(lambda), this, out faulted);
    }
}
