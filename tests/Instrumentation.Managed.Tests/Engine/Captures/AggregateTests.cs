using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine.Captures;

/// <summary>Aggregates that are kept at the source, and the values of the context.</summary>
public sealed class AggregateTests
{
    [Fact]
    public async Task CountBy_Caller_NamesTheRealCallers()
    {
        CountTable<CodeAddress> table = await Watch.AggregateAsync(Probe.Method(() => Callers.Called(0)).CountBy(c => c.Caller), static async () =>
        {
            for (int i = 0; i < 10; i++)
            {
                Assert.Equal(5, Callers.First());
                Assert.Equal(8, Callers.Second());
            }

            TaskCompletionSource gate = new();
            Task<int> call = Callers.FromAsync(gate.Task, Task.CompletedTask);
            gate.SetResult();
            Assert.Equal(17, await call);
        });

        Assert.Equal(
            [new("Probed.Callers::First", 20), new("Probed.Callers::Second", 10), new("Probed.Callers::FromAsync", 2)],
            table.ByName);
        Assert.Equal(32, table.Total);
        Assert.Equal(0, table.Other);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Caller_OfAnAsyncMethod_IsTheAsyncCaller(bool suspended)
    {
        (IReadOnlyList<ProbeEvent<CodeAddress>> events, _) = await Watch.TypedAsync(Probe.Method(() => Callers.CalledAsync(default!, 0)).Capture(c => c.Caller), async () =>
        {
            TaskCompletionSource gate = new();
            Task<int> outer = Callers.FromAsync(Task.CompletedTask, suspended ? gate.Task : Task.CompletedTask);
            gate.SetResult();
            await outer;
        });

        ProbeEvent<CodeAddress> only = Assert.Single(events);
        Assert.Equal("Probed.Callers::FromAsync", only.Value.ToString());
        Assert.Equal(suspended, only.Event.Suspended);
    }

    [Fact]
    public async Task CountBy_EnumAndInteger_CountsEachKey()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        AggregateHandle<CountTable<Size>> sizes = await session.AttachAsync(Probe.Method(() => Values.Others(false, 'a', 0, 0, default, default, default)).CountBy(c => c.Arg<Size>(4)));
        AggregateHandle<CountTable<bool>> flags = await session.AttachAsync(Probe.Method(() => Values.Others(false, 'a', 0, 0, default, default, default)).CountBy(c => c.Arg<bool>(0)));
        AggregateHandle<CountTable<int>> lengths = await session.AttachAsync(Probe.Method(() => Values.Text("")).CountBy(c => c.Return<string>().Length, capacity: 2));
        for (int i = 0; i < 9; i++)
        {
            _ = Values.Others(i < 2, 'a', 0, 0, i % 3 == 0 ? Size.Large : Size.Small, default, default);
            Values.Text(new string('x', i % 4));
        }

        await session.DisposeAsync();
        Assert.Equal([new(Size.Small, 6), new(Size.Large, 3)], sizes.Read().Rows);
        Assert.Equal((2, 7, 9), (flags.Read()[true], flags.Read()[false], flags.Read().Total));
        Assert.Equal([new(0, 3), new(1, 2)], lengths.Read().Rows);
        Assert.Equal(4, lengths.Read().Other);
    }

    [Fact]
    public async Task Histogram_OfIntegers_KeepsCountSumAndBounds()
    {
        HistogramSnapshot histogram = await Watch.AggregateAsync(Probe.Method(() => Values.Divided(0, 0)).Histogram(c => c.Arg<int>(0)), static () =>
        {
            foreach (int value in new[] { -5, 0, 1, 3, 4, 7, 1000 })
            {
                _ = Values.Divided(value, 1);
            }
        });

        Assert.Equal((7, 1010, -5, 1000, ValueUnit.None), (histogram.Count, histogram.Sum, histogram.Minimum, histogram.Maximum, histogram.Unit));
        Assert.Equal([2, 1, 1, 2, 1], histogram.Buckets.Where(static bucket => bucket.Count > 0).Select(static bucket => bucket.Count));
    }

    [Fact]
    public async Task Histogram_Linear_PutsValuesIntoTheirBuckets()
    {
        HistogramSnapshot histogram = await Watch.AggregateAsync(Probe.Method(() => Values.Divided(0, 0)).Histogram(c => c.Arg<int>(0), minimum: 10, width: 5, buckets: 3), static () =>
        {
            foreach (int value in new[] { 9, 10, 14, 15, 24, 25, 26 })
            {
                _ = Values.Divided(value, 1);
            }
        });

        Assert.Equal([1, 2, 1, 1, 2], histogram.Buckets.Select(static bucket => bucket.Count));
    }

    [Fact]
    public async Task Histogram_OfDurations_IsInNanoseconds()
    {
        HistogramSnapshot histogram = await Watch.AggregateAsync(Probe.Method(() => Thread.Sleep(0)).When(c => c.Arg<int>(0) == 21).Histogram(c => c.Duration), static () =>
        {
            Thread.Sleep(21);
            Thread.Sleep(21);
        });

        Assert.Equal((2, ValueUnit.Nanoseconds), (histogram.Count, histogram.Unit));
        Assert.InRange(histogram.Minimum, 20_000_000, (long)Watch.Limit.TotalNanoseconds);
    }

    [Fact]
    public async Task ThrownBy_NamesTheMethodThatThrewFirst()
    {
        var values = await Watch.CapturesAsync(
            Probe.Method(() => Outcomes.Rethrows(0)).Capture(c => new { c.ThrownBy, Kind = c.Exception!.GetType().FullName }),
            static () => Assert.Throws<ArgumentException>(static () => Outcomes.Rethrows(-1)));

        Assert.Equal(new { ThrownBy = (string?)"Probed.Outcomes::Positive2", Kind = (string?)"System.ArgumentException" }, Assert.Single(values));
    }

    [Fact]
    public async Task Context_ThreadProcessAndTime_AreThoseOfTheCall()
    {
        long before = MonotonicClock();
        int[] threads = new int[2];
        var values = await Watch.CapturesAsync(
            Probe.Method(() => Values.Divided(0, 0)).Capture(c => new { Which = c.Arg<int>(0), c.ThreadId, c.ProcessId, c.Timestamp }),
            () =>
            {
                for (int i = 0; i < 2; i++)
                {
                    int which = i;
                    Watch.OnThread(() =>
                    {
                        threads[which] = SystemThreadId();
                        _ = Values.Divided(which, 1);
                    });
                }
            });
        long after = MonotonicClock();

        Assert.Equal(2, values.Count);
        Assert.Equal(threads, values.OrderBy(static value => value.Which).Select(static value => value.ThreadId));
        Assert.All(values, static value => Assert.Equal(Environment.ProcessId, value.ProcessId));
        Assert.All(values, value => Assert.InRange(value.Timestamp, before, after));
        Assert.True(values[0].Timestamp < values[1].Timestamp);
    }

    // On Linux Stopwatch counts nanoseconds of CLOCK_MONOTONIC.
    private static long MonotonicClock() => System.Diagnostics.Stopwatch.GetTimestamp();

    private static int SystemThreadId() =>
        int.Parse(Path.GetFileName(File.ResolveLinkTarget("/proc/thread-self", returnFinalTarget: false)!.FullName), System.Globalization.CultureInfo.InvariantCulture);
}
