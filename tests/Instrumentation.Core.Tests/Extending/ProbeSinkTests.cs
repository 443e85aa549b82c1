using System.Diagnostics;
using Instrumentation.Backends;
using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;
using Instrumentation.Expressions;
using static Instrumentation.Core.Tests.Extending.PulseSession;

namespace Instrumentation.Core.Tests.Extending;

/// <summary>What becomes of the hits that a backend of a user reports.</summary>
[Collection(ProcessWideCollection.Name)]
public sealed class ProbeSinkTests
{
    [Fact]
    public async Task Report_WithoutCapture_GivesAllArgumentsAsFields()
    {
        PulseBackend backend = new();
        await using InstrumentationSession session = await StartAsync(backend);
        ProbeHandle handle = await session.AttachAsync(Spec(), Cancelled);

        backend.Pulse("a", -3, "hello", 0.25, true, (short)PulseKind.Strong, TimeSpan.FromTicks(7), ulong.MaxValue);
        backend.Pulse("elsewhere", 1, "", 0d, false, (short)1, TimeSpan.Zero, 1UL);
        await session.DisposeAsync();

        ProbeEvent hit = Assert.Single(await FakeSession.ReadAllAsync(session.Events));
        Assert.Equal(
            [new("Count", -3), new("Text", "hello"), new("Ratio", 0.25), new("IsLast", true), new("Kind", PulseKind.Strong), new("Gap", TimeSpan.FromTicks(7)), new("Big", ulong.MaxValue)],
            hit.Fields.ToArray());
        Assert.Equal(handle.Id, hit.ProbeId);
        Assert.Equal("pulse a", hit.Site);
        Assert.Equal(TimeSpan.Zero, hit.Duration);
        Assert.Equal(ProbeEdge.Call, hit.Edge);
        Assert.Equal(new ProbeStatistics(1, 1, 1, 0, 0), handle.Statistics);
    }

    [Fact]
    public async Task Report_ConditionAndCapture_AreThoseOfTheExpressionLanguage()
    {
        PulseBackend backend = new();
        await using InstrumentationSession session = await StartAsync(backend);
        var probe = await session.AttachAsync(
            Spec().When(c => c.Arg<int>("count") % 2 == 0 && c.Arg<string>("text").StartsWith("o") && c.Arg<PulseKind>("kind") == PulseKind.Weak)
                  .Capture(c => new { Twice = c.Arg<int>(0) * 2L, Text = c.Arg<string>("text"), c.Place, Percent = c.Arg<double>("ratio") * 100, Big = c.Arg<ulong>("big") }),
            Cancelled);

        for (int i = 0; i < 10; i++)
        {
            backend.Pulse("a", i, i > 4 ? "one" : "two", i / 10d, false, (short)(i == 8 ? 2 : 1), TimeSpan.Zero, (ulong)i);
        }

        await session.DisposeAsync();

        var values = (await FakeSession.ReadAllAsync(probe.Events)).Select(static one => one.Value).ToArray();
        var value = Assert.Single(values);
        Assert.Equal(new { Twice = 12L, Text = "one", Place = "pulse a", Percent = 60d, Big = 6UL }, value);
        Assert.Equal(10, probe.Statistics.Hits);
        Assert.Equal(1, probe.Statistics.Passed);
    }

    [Fact]
    public async Task Report_WrongOrMissingValues_AreFaultsWithDefaults()
    {
        PulseBackend backend = new();
        await using InstrumentationSession session = await StartAsync(backend);
        ProbeHandle all = await session.AttachAsync(Spec(), Cancelled);
        ProbeHandle some = await session.AttachAsync(Spec().When(c => c.Arg<string>("text").Length > 0), Cancelled);

        backend.Pulse("a", "no number", 5);
        backend.Pulse("a", 1, null as string, 0.5, true, (short)1, TimeSpan.Zero, 1UL, 8, 9);
        await session.DisposeAsync();

        ProbeEvent[] events = [.. (await FakeSession.ReadAllAsync(session.Events)).Where(hit => hit.ProbeId == all.Id)];
        Assert.Equal(["Count", "Text", "Ratio", "IsLast", "Kind", "Gap", "Big"], events[0].Faults);
        Assert.Equal([0, null, 0d, false, (PulseKind)0, TimeSpan.Zero, 0UL], events[0].Fields.Select(static field => field.Value));
        Assert.Empty(events[1].Faults);
        Assert.Null(events[1].Fields["Text"]);
        Assert.Equal(7, all.Statistics.Faults);
        Assert.Equal(new ProbeStatistics(2, 0, 0, 0, 2), some.Statistics);
    }

    [Fact]
    public async Task ReportCall_HasDurationPlaceAndOutcome()
    {
        PulseBackend backend = new();
        await using InstrumentationSession session = await StartAsync(backend);
        await session.AttachAsync(Spec().When(c => c.Duration > TimeSpan.FromMilliseconds(1)).Capture(c => c.Duration), Cancelled);
        ProbeSink sink = backend.Last!;
        long start = Stopwatch.GetTimestamp();
        await Task.Delay(5, Cancelled);

        sink.ReportCall(sink.Place("upper floor"), start, failed: true);
        sink.ReportCall(sink.Place("upper floor"), Stopwatch.GetTimestamp(), failed: true);
        sink.ReportCall(sink.Place("cellar"), long.MaxValue, failed: false);
        sink.Report(sink.Place("cellar"));
        await session.DisposeAsync();

        ProbeEvent call = Assert.Single(await FakeSession.ReadAllAsync(session.Events));
        Assert.True(call.Failed);
        Assert.Equal("upper floor", call.Site);
        Assert.InRange(call.Duration, TimeSpan.FromMilliseconds(4), TimeSpan.FromSeconds(10));
        Assert.Same(sink.Place("cellar"), sink.Place("cellar"));
    }

    [Fact]
    public async Task Report_Aggregations_AreThoseOfEveryBackend()
    {
        PulseBackend backend = new();
        await using InstrumentationSession session = await StartAsync(backend);
        var count = await session.AttachAsync(Spec().When(c => c.Arg<int>("count") > 3).Count(), Cancelled);
        var sum = await session.AttachAsync(Spec().Sum(c => c.Arg<int>("count")), Cancelled);
        var summary = await session.AttachAsync(Spec().SummaryBy(c => c.Arg<string>("text"), c => c.Arg<TimeSpan>("gap")), Cancelled);
        var byKind = await session.AttachAsync(Spec().CountBy(c => c.Arg<PulseKind>("kind")), Cancelled);
        var histogram = await session.AttachAsync(Spec().Histogram(c => c.Arg<ulong>("big")), Cancelled);
        var linear = await session.AttachAsync(Spec().Histogram(c => c.Arg<int>("count"), 0, 2, 3), Cancelled);

        for (int i = 0; i < 10; i++)
        {
            backend.Pulse("a", i, i % 3 == 0 ? "x" : null as string, 0d, true, (short)(i < 4 ? 1 : 2), TimeSpan.FromMilliseconds(i), i == 9 ? ulong.MaxValue : 1UL);
        }

        Assert.Equal(6, count.Read().Total);
        Assert.Equal(45, sum.Read().Sum);
        SummarySnapshot x = summary.Read()["x"];
        Assert.Equal((4, 18_000_000, 0, 9_000_000), (x.Count, x.Sum, x.Minimum, x.Maximum));
        Assert.Equal(6, summary.Read().Total.Count - x.Count);
        Assert.Equal((4, 6), (byKind.Read()[PulseKind.Weak], byKind.Read()[PulseKind.Strong]));
        Assert.Equal((10, long.MaxValue), (histogram.Read().Count, histogram.Read().Maximum));
        Assert.Equal([0L, 2, 2, 2, 4], linear.Read().Buckets.Select(static bucket => bucket.Count));
        await session.DisposeAsync();
        Assert.Equal(45, sum.Read().Sum);
    }

    [Fact]
    public async Task Report_Limits_AreObeyedAndEndTheProbe()
    {
        PulseBackend backend = new();
        await using InstrumentationSession session = await StartAsync(backend);
        ProbeHandle sampled = await session.AttachAsync(Spec().Sample(10), Cancelled);
        ProbeHandle few = await session.AttachAsync(Spec().HitLimit(3), Cancelled);

        FakeSession.OnThread(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                backend.Pulse("a", i);
            }
        });

        await few.Completion.WaitAsync(TimeSpan.FromSeconds(20), Cancelled);
        Assert.Equal(ProbeEnd.HitLimit, few.End);
        Assert.Equal(3, few.Statistics.Emitted);
        Assert.Equal((100, 90, 10), (sampled.Statistics.Hits, sampled.Statistics.Suppressed, sampled.Statistics.Emitted));
        Assert.Equal(1, backend.Attached);
    }

    [Fact]
    public async Task ReportLost_IsInTheStatisticsAndInTheLossOfTheStream()
    {
        PulseBackend backend = new();
        await using InstrumentationSession session = await StartAsync(backend);
        ProbeHandle handle = await session.AttachAsync(Spec(), Cancelled);

        backend.Last!.ReportLost(3);
        backend.Last!.ReportLost();
        backend.Last!.ReportLost(-8);

        Assert.Equal(4, handle.Statistics.Lost);
        Assert.Equal(4, session.Events.Loss.Total);
        await handle.DisposeAsync();
        backend.Last!.ReportLost(100);
        Assert.Equal(4, session.Events.Loss.Total);
        Assert.Equal(4, handle.Statistics.Lost);
    }

    [Fact]
    public async Task Report_LongTexts_AreCutAtTheSessionsLimit()
    {
        PulseBackend backend = new();
        await using InstrumentationSession session = await InstrumentationSession.StartBareAsync(new InstrumentationOptions { Backends = [backend], MaximumStringLength = 4 }, Cancelled);
        await session.AttachAsync(Spec().Capture(c => c.Arg<string>("text")), Cancelled);

        backend.Pulse("a", 1, "abcdefgh");
        await session.DisposeAsync();

        ProbeEvent hit = Assert.Single(await FakeSession.ReadAllAsync(session.Events));
        Assert.True(hit.Truncated);
        Assert.Equal("abcd", hit.Fields[0].Value);
    }

    [Fact]
    public async Task Report_AllocatesNothing()
    {
        PulseBackend backend = new();
        await using InstrumentationSession session = await StartAsync(backend);
        var probes = new ProbeHandle[]
        {
            await session.AttachAsync(Spec().When(c => c.Arg<string>("text").Contains("e") && c.Arg<double>("ratio") < 1).Capture(c => new { Text = c.Arg<string>("text"), Half = c.Arg<double>("ratio") / 2, c.Place }), Cancelled),
        };
        ProbeSink events = backend.Last!;
        await session.AttachAsync(Spec().SummaryBy(c => c.Arg<string>("text"), c => c.Arg<int>("count") + 1), Cancelled);
        ProbeSink table = backend.Last!;
        long allocated = -1;

        FakeSession.OnThread(() =>
        {
            Hit(events, table, 2000);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Hit(events, table, 1000);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });

        Assert.Equal(0, allocated);
        Assert.Equal(3000, probes[0].Statistics.Passed);

        static void Hit(ProbeSink events, ProbeSink table, int times)
        {
            for (int i = 0; i < times; i++)
            {
                events.Report(i, "seen", 0.5, true);
                table.Report(i, "seen", 0.5, true);
            }
        }
    }

    [Fact]
    public async Task Report_InsideOfTheLibrary_IsIgnored()
    {
        PulseBackend backend = new();
        await using InstrumentationSession session = await StartAsync(backend);
        ProbeHandle handle = await session.AttachAsync(Spec(), Cancelled);

        FakeSession.OnThread(() =>
        {
            using ThreadStates.GuardScope guard = ThreadStates.Guard();
            backend.Pulse("a", 1);
        });

        Assert.Equal(0, handle.Statistics.Hits);
    }

    [Fact]
    public async Task Report_WithAnExpressionOfWrongTypes_IsCountedAsLostAndThrowsNothing()
    {
        PulseBackend backend = new();
        await using InstrumentationSession session = await StartAsync(backend);
        ConstantExpression yes = new(true, typeof(bool));
        ConstantExpression number = new(5, typeof(int));
        ProbeHandle handle = await session.AttachAsync(Spec() with { Condition = new StringTestExpression(StringTest.Contains, new ConditionalExpression(yes, number, number, typeof(string)), number) }, Cancelled);
        ProbeHandle sound = await session.AttachAsync(Spec(), Cancelled);

        backend.Pulse("a", 1);
        backend.Pulse("a", 2);

        Assert.Equal(2, handle.Statistics.Lost);
        Assert.Equal(2, sound.Statistics.Emitted);
    }
}
