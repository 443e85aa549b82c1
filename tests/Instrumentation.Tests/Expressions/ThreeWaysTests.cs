using System.Globalization;
using Instrumentation.Backends;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Tests.Compiler;
using Instrumentation.Expressions;
using Instrumentation.Managed.Expressions;
using Instrumentation.Managed.Tests.Expressions;

namespace Instrumentation.Tests.Expressions;

/// <summary>One expression means the same as IL in a method, as BPF in the kernel, and to the interpreter that defines it.</summary>
public class ThreeWaysTests(ITestOutputHelper output)
{
    private const int Cases = 100_000;
    private const int HitsPerTree = 40;
    private const int Depth = 5;

    private static readonly BindingTarget Target = new(
        "Random::Method",
        [.. RandomExpressions.Types.Select((type, index) => new BindingParameter($"p{index}", type))],
        null,
        typeof(int),
        ProbeEdge.Call,
        GettersAllowed: false);

    [Fact]
    public void RandomExpressions_AsIlAsBpfAndInterpreted_Agree()
    {
        Assert.SkipWhen(KernelCapabilities.Of(CapabilityNames.ProgramRawTracepoint).Answer != CapabilityAnswer.Yes, "BPF programs cannot be loaded here.");
        int total = Setting("INSTRUMENTATION_DIFFERENTIAL", Cases);
        int seed = Setting("EXPRESSION_SEED", Environment.TickCount);
        Random random = new(seed);
        RandomValues values = new(random);
        RandomExpressions expressions = new(random, values, kernel: false);
        using MemoryPool memory = new(random, RandomExpressions.Texts);
        RandomHit[] hits = [.. Enumerable.Range(0, 200).Select(_ => new RandomHit(values, memory, ContextHit.Number))];
        object?[][] boxes = [.. hits.Select(static hit => Emitted.Boxes(Target, null, hit.Result, [.. hit.Arguments.Take(RandomExpressions.Types.Length)]))];
        using BpfMappedArray<Cells> shared = new(1, "cells");
        int faults = 0;
        for (int done = 0; done < total; done += HitsPerTree)
        {
            ProbeExpression expression = expressions.Any(random.Next(1, Depth + 1));
            Emitted il = new(ExpressionBinder.Bind(expression, Target));
            using CompiledExpression bpf = new(expression, new CellSource(RandomExpressions.Parameters), shared);
            for (int i = 0; i < HitsPerTree; i++)
            {
                int at = random.Next(hits.Length);
                hits[at].Values.CopyTo(shared[0]);
                object? expected = ExpressionInterpreter.Evaluate(expression, hits[at], out bool interpretedFault);
                object? emitted = il.Run(boxes[at], out bool emittedFault);
                object? kernel = bpf.Run(out bool kernelFault);
                faults += kernelFault ? 1 : 0;
                Assert.True(
                    Equals(expected, emitted) && Equals(expected, kernel) && interpretedFault == emittedFault && interpretedFault == kernelFault,
                    $"seed {seed}: interpreted {expected} {interpretedFault}, IL {emitted} {emittedFault}, BPF {kernel} {kernelFault}: {ExpressionText.Of(expression)}");
            }
        }

        output.WriteLine($"seed {seed}: {total} cases, {faults} with faults");
        Assert.InRange(faults, total / 100, total / 2);
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : otherwise;
}
