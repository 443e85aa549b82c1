using System.Runtime.CompilerServices;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>A hit allocates nothing: measured over many, on the thread that makes them.</summary>
[Collection(AloneCollection.Name)]
public sealed class AllocationTests
{
    private const int Hits = 100_000;

    public static TheoryData<string> Kinds => [.. Specs.Keys];

    private static Dictionary<string, ProbeSpec> Specs { get; } = new()
    {
        ["count"] = Target().Count(),
        ["count, false condition"] = Target().When(c => c.Arg<int>(0) < 0).Count(),
        ["call without capture"] = Target(),
        ["call with two integers"] = Target().Capture(c => new { Value = c.Arg<int>(0), Result = c.Return<int>() }),
        ["capture of a string"] = Target().Capture(c => c.Arg<string>(1)),
        ["histogram of durations"] = Target().Histogram(c => c.Duration),
        ["histogram of integers"] = Target().Histogram(c => c.Arg<int>(0)),
        ["count by caller"] = Target().CountBy(c => c.Caller),
        ["count by integer"] = Target().CountBy(c => c.Arg<int>(0) % 8),
        ["sum of integers"] = Target().Sum(c => c.Return<int>()),
        ["summary of durations"] = Target().Summary(c => c.Duration),
        ["sum by caller"] = Target().SumBy(c => c.Caller, c => c.Duration),
        ["summary by integer"] = Target().SummaryBy(c => c.Arg<int>(0) % 8, c => c.Arg<string>(1).Length),
        ["synchronous span"] = Target().AsSpan(),
        ["breakdown of synchronous spans by text"] = Target().BreakdownBy(c => c.Arg<string>(1)),
        ["count by place"] = Target().CountBy(c => c.Place),
        ["histogram by integer, most keys without room"] = Target().HistogramBy(c => c.Arg<int>(0), c => c.Arg<int>(0), capacity: 4),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Hit_AfterWarmUp_AllocatesNothing(string kind)
    {
        await using InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions { BacklogBytes = 0 });
        ProbeHandle handle = await session.AttachAsync(Specs[kind]);
        Assert.Equal(ProbeState.Armed, handle.State);
        long allocated = -1;
        Watch.OnThread(() =>
        {
            Call(Hits);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Call(Hits);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        await handle.DisposeAsync();

        Assert.Equal(0, allocated);

        // A hit that woven code turns away is not counted at all.
        int passed = kind.Contains("false", StringComparison.Ordinal) ? 0 : 2 * Hits;
        Assert.Equal((passed, passed), (handle.Statistics.Hits, handle.Statistics.Passed));
    }

    private static ProbeSpec Target() => Probe.Method(() => Busy.Mix(0, ""));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Call(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _ = Busy.Mix(i, "some text");
        }
    }
}
