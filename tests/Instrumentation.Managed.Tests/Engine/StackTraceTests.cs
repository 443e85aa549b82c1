using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>An exception that passes through probed methods is the same to the last line number.</summary>
public sealed class StackTraceTests
{
    private static readonly ProbeSpec[] Probes =
    [
        Probe.Method(() => Traces.Outer(0)),
        Probe.Method(() => Traces.Middle(0)),
        Probe.Method(() => Traces.Inner(0, default!)),
        Probe.Method(() => Traces.OuterAsync(default!)),
        Probe.Method(() => Traces.InnerAsync(default!, 0)),
        Probe.Method((Traces.Cell cell) => cell.Divide(0)),
        Probe.Method(() => new Traces.Failing(default)),
    ];

    [Theory]
    [InlineData(ProbeEdge.Entry)]
    [InlineData(ProbeEdge.Return)]
    [InlineData(ProbeEdge.Throw)]
    [InlineData(ProbeEdge.Call)]
    [InlineData(ProbeEdge.Catch)]
    public async Task Exception_ThroughProbedMethods_KeepsTypeMessageAndEveryLine(ProbeEdge edge)
    {
        string[] plain = await ThrowAllAsync();
        Assert.Contains("Traces.cs:line ", plain[0]);
        await using InstrumentationSession session = await Watch.StartAsync();
        List<ProbeState> states = [];
        foreach (ProbeSpec probe in Probes)
        {
            states.Add((await session.AttachAsync(probe with { Edge = edge })).State);
        }

        // Only methods with a handler of their own can catch; the others say that they cannot.
        Assert.Equal(edge == ProbeEdge.Catch ? [ProbeState.Armed, ProbeState.Blind] : [ProbeState.Armed], states.Distinct().Order());

        // Twice: the first time the woven bodies are compiled by it, the second time they are there.
        Assert.Equal(plain, await ThrowAllAsync());
        Assert.Equal(plain, await ThrowAllAsync());
        await session.DisposeAsync();
        Assert.Equal(plain, await ThrowAllAsync());
    }

    private static async Task<string[]> ThrowAllAsync() =>
    [
        TextOf(Assert.Throws<FormatException>(static () => Traces.Outer(2))),
        TextOf(await Assert.ThrowsAsync<FormatException>(static () => Traces.OuterAsync(Task.CompletedTask))),
        TextOf(Assert.Throws<DivideByZeroException>(static () => new Traces.Cell(3).Divide(0))),
        TextOf(Assert.Throws<NullReferenceException>(static () => new Traces.Failing(null))),
    ];

    /// <summary>Type, message and the trace down to the test, whose own frames are not compared.</summary>
    private static string TextOf(Exception error) =>
        $"{error.GetType()}: {error.Message}\n"
        + string.Join('\n', error.StackTrace!.Split('\n').Where(static line => line.Contains("Probed.Traces", StringComparison.Ordinal)));
}
