using System.Diagnostics;
using System.Globalization;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Tests.Support;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>
/// The kernel and the interpreter agree, in value and in faults, on expressions that nobody thought of; and the verifier takes every program. The
/// environment variable INSTRUMENTATION_DIFFERENTIAL asks for more cases, EXPRESSION_SEED for those of a run before.
/// </summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    private const int Hits = 1_000;
    private const int HitsPerTree = 40;
    private const int Depth = 6;

    [Fact]
    public void Emit_RandomExpressions_AgreesWithTheInterpreter()
    {
        Require.Bpf();
        bool isV4 = Require.HasInstructionSetV4();
        int total = Setting("INSTRUMENTATION_DIFFERENTIAL", 100_000);
        int seed = Setting("EXPRESSION_SEED", Environment.TickCount);
        Random random = new(seed);
        RandomValues values = new(random);
        RandomExpressions expressions = new(random, values);
        using MemoryPool memory = new(random, RandomExpressions.Texts);
        RandomHit[] hits = [.. Enumerable.Range(0, Hits).Select(_ => new RandomHit(values, memory))];
        CellSource source = new(RandomExpressions.Parameters);
        using BpfMappedArray<Cells> shared = new(1, "cells");
        var watch = Stopwatch.StartNew();
        int cases = 0;
        int faults = 0;
        int longest = 0;
        for (int tree = 0; cases < total; tree++)
        {
            int most = RandomHit.MostStringBytes = tree % 5 == 0 ? 256 : 64;
            ProbeExpression expression = tree % 10 == 0 ? expressions.Of(typeof(string), 2) : expressions.Any(random.Next(1, Depth + 1));
            InstructionSet set = isV4 && tree % 3 != 0 ? InstructionSet.V4 : InstructionSet.V3;
            using CompiledExpression compiled = Compile(expression, seed, () => new CompiledExpression(expression, source, shared, set, asCondition: tree % 2 == 0, most));
            longest = Math.Max(longest, compiled.Code.Instructions.Length);
            for (int hit = 0; hit < HitsPerTree; hit++, cases++)
            {
                RandomHit input = hits[random.Next(hits.Length)];
                input.Values.CopyTo(shared[0]);
                object? expected = ExpressionInterpreter.Evaluate(expression, input, out bool expectedFault);
                object? actual = compiled.Run(out bool actualFault);
                faults += actualFault ? 1 : 0;
                if (!Equals(actual, expected) || expectedFault != actualFault)
                {
                    Assert.Fail($"seed {seed}, tree {tree}: the interpreter gives {Show(expected, expectedFault)}, the kernel {Show(actual, actualFault)}: {ExpressionText.Of(expression)}\n{compiled.Code}");
                }
            }
        }

        output.WriteLine($"seed {seed}: {cases} cases, {faults} with faults, longest program {longest}, {watch.ElapsedMilliseconds} ms");
        Assert.InRange(faults, cases / 50, cases / 2);
    }

    private static CompiledExpression Compile(ProbeExpression expression, int seed, Func<CompiledExpression> compile)
    {
        try
        {
            return compile();
        }
        catch (Exception error)
        {
            string log = error is ProgramRefusedException refused ? refused.Log : string.Empty;
            throw new InvalidOperationException($"seed {seed}: {ExpressionText.Of(expression)}\n{log}", error);
        }
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : otherwise;

    private static string Show(object? value, bool faulted) => $"{value} ({value?.GetType().Name}){(faulted ? " with a fault" : string.Empty)}";
}
