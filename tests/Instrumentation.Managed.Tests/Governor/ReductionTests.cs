using Instrumentation.Events;
using Instrumentation.Governor;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Governor;

/// <summary>Probes that go from level to level while what they are on is called: nothing is lost when they are back.</summary>
[Collection(AloneCollection.Name)]
public sealed class ReductionTests
{
    private const int Threads = 4;
    private const int Changes = 60;
    private const int Calls = 1000;

    private static readonly ProbeReduction[] Levels = [ProbeReduction.None, ProbeReduction.Sampled(2), ProbeReduction.Sampled(64), ProbeReduction.Counted, ProbeReduction.Off];

    public static TheoryData<string> Kinds => ["event", "conditional", "aggregate", "span"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Levels_AtRandomUnderLoad_EveryCallCountsWhenTheProbeIsBack(string kind)
    {
        ProbeSpec spec = Probe.Method(() => Tuned.Raced(0));
        spec = kind switch
        {
            "event" => spec.Capture(c => new { Value = c.Arg<int>(0) }),
            "conditional" => spec.OnEntry().When(c => c.Arg<int>(0) >= 0),
            "aggregate" => spec.Histogram(c => c.Duration),
            _ => spec.AsSpan(),
        };
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle handle = await session.AttachAsync(spec);
        using CancellationTokenSource stop = new();
        Task[] load = [.. Enumerable.Range(0, Threads).Select(_ => Task.Run(() => CallUntil(stop.Token)))];
        Random random = new(kind.Length);
        for (int i = 0; i < Changes; i++)
        {
            ProbeReduction level = Levels[random.Next(Levels.Length)];
            Assert.True(handle.TryReduce(level, level, "a test"));
            await Task.Delay(random.Next(5));
        }

        await stop.CancelAsync();
        await Task.WhenAll(load);
        Assert.True(handle.TryReduce(ProbeReduction.None, ProbeReduction.None, "a test"));

        // What the load has left in the rings is delivered: the calls below find room in them.
        await EventPump.Shared.FlushAsync();
        ProbeStatistics before = handle.Statistics;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(static _ => Task.Run(static () => Call(Calls))));

        ProbeStatistics after = handle.Statistics;
        Assert.Equal((Threads * Calls, Threads * Calls, 0, 0), (after.Hits - before.Hits, after.Passed - before.Passed, after.Suppressed - before.Suppressed, after.Faults));
        Assert.Equal(spec.Aggregation is null ? Threads * Calls : 0, after.Emitted - before.Emitted);
        Assert.True(after.Passed <= after.Hits, after.ToString());
        Assert.Equal(ProbeState.Armed, handle.State);
    }

    [Fact]
    public async Task Off_AndBack_OfAnAsyncMethodAndAnIterator_ReportsTheirCallsAgain()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle async = await session.AttachAsync(Probe.Method(() => StormAsync(0)));
        ProbeHandle iterator = await session.AttachAsync(Probe.Method(() => StormLines(0)));
        foreach (ProbeReduction level in (ProbeReduction[])[ProbeReduction.Off, ProbeReduction.Counted, ProbeReduction.Off, ProbeReduction.Sampled(4), ProbeReduction.None])
        {
            Assert.True(async.TryReduce(level, level, "a test"));
            Assert.True(iterator.TryReduce(level, level, "a test"));
            ProbeStatistics before = async.Statistics;
            ProbeStatistics beforeLines = iterator.Statistics;
            for (int i = 0; i < 8; i++)
            {
                Assert.Equal(i + 1, await StormAsync(i));
                Assert.Equal(3, StormLines(i).Count());
            }

            await EventPump.Shared.FlushAsync();
            int expected = level.Level == ProbeLevel.Off ? 0 : 8;
            Assert.Equal(expected, async.Statistics.Hits - before.Hits);
            Assert.Equal(expected, iterator.Statistics.Hits - beforeLines.Hits);
        }
    }

    private static void CallUntil(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Call(100);
        }
    }

    private static void Call(int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            _ = Tuned.Raced(i);
        }
    }

    private static async Task<int> StormAsync(int value)
    {
        await Task.Yield();
        return value + 1;
    }

    private static IEnumerable<int> StormLines(int first)
    {
        yield return first;
        yield return first + 1;
        yield return first + 2;
    }
}
