using System.Diagnostics;
using System.Runtime.CompilerServices;
using Instrumentation.Tests.Order;

namespace Instrumentation.Tests.Harm;

/// <summary>A thread that stands still inside a hook: the events of the others come, detaching and disposing end, and its own event is late.</summary>
[Collection(nameof(AloneCollection))]
public sealed class StandingThreadTests(ITestOutputHelper output)
{
    [Fact]
    public async Task ThreadStandsInItsHook_HoldsTheOthersForASecondAndIsToldAsLate()
    {
        InstrumentationSession session = await InstrumentationSession.StartAsync();
        using Gated gated = new();
        await session.AttachAsync(Probe.Method((Gated one) => one.Visit()).OnEntry().Capture(c => new { Value = c.This<Gated>().Value }).AllowGetters().Named("standing"));
        ProbeHandle other = await session.AttachAsync(Probe.Method(() => Other(0)).OnEntry().Named("other"));
        (long others, long standing) = (0, 0);
        Task reading = ReadAsync();
        Thread thread = new(gated.Visit);
        thread.Start();
        gated.WaitUntilInside();

        Stopwatch watch = Stopwatch.StartNew();
        int calls = 0;
        while (Volatile.Read(ref others) == 0 && watch.Elapsed < TimeSpan.FromSeconds(10))
        {
            _ = Other(calls++);
            await Task.Delay(1);
        }

        TimeSpan held = watch.Elapsed;
        Assert.InRange(held, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(5));
        watch.Restart();
        await other.DisposeAsync();
        TimeSpan detaching = watch.Elapsed;
        Assert.InRange(detaching, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        ProbeHandle again = await session.AttachAsync(Probe.Method(() => Other(0)).OnEntry().Named("again"));
        _ = Other(calls);
        gated.Open();
        thread.Join();
        watch.Restart();
        await session.DisposeAsync();
        await reading;
        output.WriteLine($"held for {held.TotalSeconds:F2} s, detached in {detaching.TotalSeconds:F2} s, disposed in {watch.Elapsed.TotalSeconds:F2} s; {session.Events.Loss}");
        Assert.Equal((calls + 1, 1L), (others, standing));
        Assert.Equal((0L, 1L), (session.Events.Loss.Total, session.Events.Loss.ByProbe["standing"].Late));
        Assert.Equal(1, again.Statistics.Hits);

        async Task ReadAsync()
        {
            await foreach (ProbeEvent one in session.Events)
            {
                if (one.Probe == "standing")
                {
                    standing++;
                }
                else
                {
                    Volatile.Write(ref others, others + 1);
                }
            }
        }
    }

    [Fact]
    public async Task ThreadStandsInItsHook_TheSessionEndsAllTheSame()
    {
        InstrumentationSession session = await InstrumentationSession.StartAsync();
        using Gated gated = new();
        ProbeHandle standing = await session.AttachAsync(
            Probe.Method((Gated one) => one.Visit()).OnEntry().Capture(c => new { Value = c.This<Gated>().Value }).AllowGetters());
        Thread thread = new(gated.Visit);
        thread.Start();
        gated.WaitUntilInside();
        Stopwatch watch = Stopwatch.StartNew();
        await session.DisposeAsync();
        output.WriteLine($"disposed in {watch.Elapsed.TotalSeconds:F2} s");
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal(ProbeState.Detached, standing.State);
        gated.Open();
        thread.Join();
        Assert.True(gated.Visited);

        // Its record comes when nobody knows the probe any more; the next session does not mind.
        InstrumentationSession next = await InstrumentationSession.StartAsync();
        ProbeHandle other = await next.AttachAsync(Probe.Method(() => Other(0)).OnEntry());
        _ = Other(1);
        await next.DisposeAsync();
        Assert.Equal(1, other.Statistics.Hits);
        Assert.Equal((0L, 0L), (next.Events.Loss.Total, next.Events.Loss.Late));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Other(int number) => number;

    /// <summary>Has a property whose getter waits: where a probe reads it, the thread stands in the hook.</summary>
    private sealed class Gated : IDisposable
    {
        private readonly ManualResetEventSlim _inside = new();
        private readonly ManualResetEventSlim _open = new();

        public bool Visited { get; private set; }

        public int Value
        {
            get
            {
                _inside.Set();
                _open.Wait();
                return 1;
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Visit() => Visited = true;

        public void WaitUntilInside() => Assert.True(_inside.Wait(TimeSpan.FromSeconds(10)));

        public void Open() => _open.Set();

        public void Dispose()
        {
            _inside.Dispose();
            _open.Dispose();
        }
    }
}
