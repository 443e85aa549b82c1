using System.Diagnostics;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Governor;

/// <summary>What a probe is forecast to cost, against what is really done.</summary>
[Collection(AloneCollection.Name)]
public sealed class ForecastTests(ITestOutputHelper output)
{
    private const int PerMillisecond = 20;

    [Fact]
    public async Task Storm_IsForecastToBeFarTooMuch_AndIsLeftAsItWas()
    {
        using StormLoad load = new();
        long before = Stopwatch.GetTimestamp();
        await Task.Delay(500);
        (double calls, double bare) = load.Since(before);
        await using InstrumentationSession session = await Watch.StartAsync();
        CostForecast forecast = await session.ForecastAsync(Probe.Method(() => Storm.Step(0, 0)).Capture(c => new { Left = c.Arg<int>(0), c.Duration }));
        Assert.Empty(session.Probes);
        await Task.Delay(200);
        long after = Stopwatch.GetTimestamp();
        await Task.Delay(500);

        output.WriteLine($"{calls:N0} calls/s: {forecast}");
        Assert.InRange(forecast.HitsPerSecond, calls / 4, calls * 2);
        Assert.Equal((forecast.HitsPerSecond, forecast.HitsPerSecond), (forecast.ReportsPerSecond, forecast.EventsPerSecond));
        Assert.True(forecast.CpuPercent > 5, forecast.ToString());
        Assert.False(forecast.Fits(new OverheadBudget { CpuPercent = 1 }));
        Assert.True(bare / load.Since(after).OfTwin > 0.95, $"{bare} and {load.Since(after)}");
    }

    [Fact]
    public async Task SteadyLoad_IsForecastAsItThenIs()
    {
        using CancellationTokenSource stop = new();
        Task load = SteadyLoad.RunAsync(Watch.Limit, PerMillisecond, static i => Tuned.Rated(i), stop.Token);
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeSpec spec = Probe.Method(() => Tuned.Rated(0)).When(c => c.Arg<int>(0) % 4 == 0).Capture(c => new { Value = c.Arg<int>(0), c.Duration });
        CostForecast forecast = await session.ForecastAsync(spec, TimeSpan.FromMilliseconds(500));
        CostForecast sampled = await session.ForecastAsync(spec.Sample(10), TimeSpan.FromMilliseconds(500));
        CostForecast counted = await session.ForecastAsync(Probe.Method(() => Tuned.Rated(0)).Count());
        ProbeHandle handle = await session.AttachAsync(spec);
        Stopwatch time = Stopwatch.StartNew();
        await Task.Delay(500);
        double perSecond = handle.Statistics.Passed / time.Elapsed.TotalSeconds;
        await stop.CancelAsync();
        await load;

        output.WriteLine($"{perSecond:N0} events/s; {forecast}; one of ten: {sampled}; counted: {counted}");
        Assert.InRange(forecast.EventsPerSecond, perSecond * 0.5, perSecond * 2);
        Assert.InRange(forecast.HitsPerSecond / forecast.ReportsPerSecond, 3, 5);
        Assert.Equal(72, forecast.BytesPerSecond / forecast.EventsPerSecond, 3);
        Assert.InRange(sampled.EventsPerSecond, perSecond * 0.05, perSecond * 0.2);
        Assert.True(sampled.CpuPercent < forecast.CpuPercent, $"{sampled} and {forecast}");
        Assert.Equal((0, 0), (counted.EventsPerSecond, counted.BytesPerSecond));
        Assert.True(counted.NanosecondsPerHit < forecast.NanosecondsPerHit, $"{counted} and {forecast}");
        Assert.True(forecast.Fits(new OverheadBudget { CpuPercent = 10, EventsPerSecond = 1e6 }));
    }

    [Fact]
    public async Task NothingThere_IsForecastAsNothing_WithTheReason()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        CostForecast forecast = await session.ForecastAsync(Probe.Methods("Nowhere.*::*", orLoadedLater: true));
        Assert.Equal((0, 0), (forecast.HitsPerSecond, forecast.CpuPercent));
        Assert.Contains("reach nothing", Assert.Single(forecast.Notes));
        Assert.NotEmpty(forecast.Coverage.Gaps);
        await Assert.ThrowsAsync<PlaceNotFoundException>(() => session.ForecastAsync(Probe.Method("Nowhere.Type::Method()")));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => session.ForecastAsync(Probe.Method(() => Tuned.Rated(0)), TimeSpan.Zero));
        await Assert.ThrowsAsync<TaskCanceledException>(() => session.ForecastAsync(Probe.Method(() => Tuned.Rated(0)), null, new CancellationToken(canceled: true)));
        Assert.Empty(session.Probes);
    }
}
