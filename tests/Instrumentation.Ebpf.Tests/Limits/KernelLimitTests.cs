using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Limits;

/// <summary>Limits that programs decide.</summary>
[Collection(nameof(AloneCollection))]
public sealed class KernelLimitTests
{
    private static ProbeSpec Calls => Probe.Syscall("lseek").OnEntry().ThisProcess().When(c => c.Arg<int>("fd") == Seeks.Descriptor);

    [Fact]
    public async Task HitLimit_LetsExactlySoManyThroughAndDetaches()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ObjectCounts before = Settled.Counts();
        AggregateHandle<CountSnapshot> count = await session.AttachAsync(Calls.HitLimit(1234).Count());
        ProbeHandle<long> events = await session.AttachAsync(Calls.HitLimit(777).Capture(c => c.Arg<long>("offset")));
        Seeks.CallOnThreads([.. Enumerable.Range(0, 4).Select(static _ => Seeks.Many(2000))]);
        await Task.WhenAll(count.Completion, events.Completion).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal((ProbeEnd.HitLimit, ProbeEnd.HitLimit), (count.End, events.End));
        Assert.Equal(1234, count.Read().Total);
        Assert.Equal((1234, count.Statistics.Hits), (count.Statistics.Passed - count.Statistics.Suppressed, count.Statistics.Passed));
        List<ProbeEvent<long>> seen = [];
        await foreach (ProbeEvent<long> one in events.Events)
        {
            seen.Add(one);
        }

        Assert.Equal((777, 777), (seen.Count, events.Statistics.Emitted));
        Assert.Equal(before, ObjectCounts.OfProcess());
    }

    [Fact]
    public async Task HitLimit_ThatIsRaised_CountsOnFromWhatWasLetThrough()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        await using AggregateHandle<CountSnapshot> count = await session.AttachAsync(Calls.HitLimit(1_000_000).Count());
        Seeks.CallOnThreads([Seeks.Many(300)]);
        await count.UpdateAsync(static spec => (AggregateSpec<CountSnapshot>)(spec with { Limits = spec.Limits with { Hits = 500 } }), TestContext.Current.CancellationToken);
        Seeks.CallOnThreads([Seeks.Many(1000), Seeks.Many(1000)]);
        await count.Completion.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal((500, ProbeEnd.HitLimit), (count.Read().Total, count.End));
    }

    [Fact]
    public async Task Sample_ReportsTheFirstAndThenEverySoManyth_OnEachProcessor()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        await using AggregateHandle<CountTable<int>> sampled = await session.AttachAsync(Calls.Sample(10).CountBy(c => c.Cpu));
        await using AggregateHandle<CountTable<int>> all = await session.AttachAsync(Calls.CountBy(c => c.Cpu));
        Seeks.CallOnThreads([.. Enumerable.Range(0, 4).Select(static _ => Seeks.Many(2345))]);
        Assert.Equal(4 * 2345, all.Read().Total);
        Assert.Equal(all.Read().Rows.Select(static row => (row.Key, (row.Count + 9) / 10)).Order(), sampled.Read().Rows.Select(static row => (row.Key, row.Count)).Order());
        Assert.Equal(sampled.Statistics.Passed - sampled.Statistics.Suppressed, sampled.Read().Total);
    }

    [Fact]
    public async Task Rate_LetsATenthOfASecondThroughAtOnceAndThenItsRate()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        await using AggregateHandle<CountSnapshot> limited = await session.AttachAsync(Calls.RateLimit(1000).Count());
        await using AggregateHandle<SummarySnapshot> times = await session.AttachAsync(Calls.Summary(c => c.Timestamp));
        long stop = Environment.TickCount64 + 500;
        Thread[] threads = [.. Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            while (Environment.TickCount64 < stop)
            {
                Seeks.Call(1, 1);
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        SummarySnapshot run = times.Read();
        double seconds = (run.Maximum - run.Minimum) / 1e9;
        Assert.InRange(limited.Read().Total, (1000 * seconds * 0.9) + 90, (1000 * seconds) + 102);
        Assert.Equal(run.Count, limited.Statistics.Passed);
        Assert.Equal(run.Count - limited.Read().Total, limited.Statistics.Suppressed);
    }
}
