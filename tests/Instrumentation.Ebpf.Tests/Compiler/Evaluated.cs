using System.Linq.Expressions;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>Short ways to run lambdas in the kernel, in the context of this thread.</summary>
internal static class Evaluated
{
    /// <summary>The value of a lambda without a fault.</summary>
    public static object? Value<T>(Expression<Func<ProbeContext, T>> lambda, IValueSource? source = null, int? processor = null, params ReadOnlySpan<ulong> arguments)
    {
        object? value = Run(lambda, source, processor, out bool faulted, arguments);
        Assert.False(faulted, "The evaluation faulted.");
        return value;
    }

    /// <summary>The value of a lambda with a fault.</summary>
    public static object? Faulted<T>(Expression<Func<ProbeContext, T>> lambda, IValueSource? source = null, params ReadOnlySpan<ulong> arguments)
    {
        object? value = Run(lambda, source, null, out bool faulted, arguments);
        Assert.True(faulted, "The evaluation did not fault.");
        return value;
    }

    /// <summary>The error that refuses a lambda.</summary>
    public static ExpressionException Refused<T>(Expression<Func<ProbeContext, T>> lambda, IValueSource? source = null)
    {
        using BpfMappedArray<Cells> shared = new(1, "cells");
        return Assert.Throws<ExpressionException>(() => new CompiledExpression(LambdaTranslator.Translate(lambda), source ?? Source, shared).Dispose());
    }

    private static readonly CellSource Source = new([typeof(long), typeof(long), typeof(long), typeof(long)]);

    private static object? Run<T>(Expression<Func<ProbeContext, T>> lambda, IValueSource? source, int? processor, out bool faulted, ReadOnlySpan<ulong> arguments)
    {
        using BpfMappedArray<Cells> shared = new(1, "cells");
        using CompiledExpression compiled = new(LambdaTranslator.Translate(lambda), source ?? Source, shared);
        arguments.CopyTo(((Span<ulong>)shared[0])[Cells.FirstArgument..]);
        return compiled.Run(out faulted, processor);
    }
}
