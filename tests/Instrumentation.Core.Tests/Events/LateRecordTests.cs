using System.Diagnostics.Metrics;
using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Core.Tests.Events;

/// <summary>What comes after its turn is delivered, and counted as late; nothing is waited for without a bound.</summary>
[Collection(ProcessWideCollection.Name)]
public sealed class LateRecordTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stream_RecordsOfAnyAge_AllComeAndThoseOutOfOrderAreCounted()
    {
        InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("aged"), Cancellation);
        Task<List<ProbeEvent>> reading = FakeSession.ReadAllAsync(session.Events);
        FakeSource source = new();
        EventPump.Shared.AddSource(source);
        Random random = new(5);
        List<long> written = [];
        for (int i = 0; i < 2_000; i++)
        {
            long age = random.Next(20) == 0 ? random.Next(20_000_000) : random.Next(200_000);
            written.Add(MonotonicClock.Now - age);
            source.Write(FakeSource.Record(probe.Runtime.Id, written[^1]));
            FakeHook.Hit(probe);
            if (i % 50 == 0)
            {
                await Task.Delay(1, Cancellation);
            }
        }

        await EventPump.Shared.FlushAsync();
        await EventPump.Shared.RemoveSourceAsync(source);
        await session.DisposeAsync();
        List<ProbeEvent> events = await reading;
        long[] times = [.. events.Select(static one => one.Timestamp)];
        long late = 0;
        long latest = long.MinValue;
        foreach (long time in times)
        {
            late += time < latest ? 1 : 0;
            latest = Math.Max(latest, time);
        }

        Assert.Equal(written.Count * 2, times.Length);
        Assert.Empty(written.Except(times));
        EventLoss loss = session.Events.Loss;
        Assert.InRange(late, 1, written.Count);
        Assert.Equal((late, 0), (loss.Late, loss.Total));
        Assert.Equal(late, loss.ByProbe["aged"].Late);
        Assert.Contains($"{late} late", loss.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_RecordOfTheFuture_IsLateItselfAndNoOtherIs()
    {
        InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("ahead"), Cancellation);
        FakeSource source = new();
        EventPump.Shared.AddSource(source);
        source.Write(FakeSource.Record(probe.Runtime.Id, long.MaxValue));
        await FakeSession.UntilAsync(() => session.Events.Delivered == 1);
        long lateBefore = Late();
        FakeSession.OnThread(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                FakeHook.Hit(probe);
            }
        });
        await EventPump.Shared.RemoveSourceAsync(source);
        await session.DisposeAsync();
        Assert.Equal(101, (await FakeSession.ReadAllAsync(session.Events)).Count);
        Assert.Equal(1, session.Events.Loss.Late);
        Assert.Equal(lateBefore, Late());
        Assert.InRange(lateBefore, 1, long.MaxValue);
    }

    [Fact]
    public async Task Merger_SourceHasARecordUnderWay_WaitsForItAndThenKeepsTheOrder()
    {
        InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("under way"), Cancellation);
        FakeSource source = new();
        EventPump.Shared.AddSource(source);
        await EventPump.Shared.FlushAsync();
        Action finish = source.Begin(FakeSource.Record(probe.Runtime.Id, MonotonicClock.Now));
        FakeSession.OnThread(() => FakeHook.Hit(probe));
        await Task.Delay(50, Cancellation);
        Assert.Equal(0, session.Events.Delivered);
        finish();
        await FakeSession.UntilAsync(() => session.Events.Delivered == 2);
        Assert.Equal(0, session.Events.Loss.Late);

        // One that is never finished is given up on.
        source.Begin(FakeSource.Record(probe.Runtime.Id, MonotonicClock.Now));
        FakeSession.OnThread(() => FakeHook.Hit(probe));
        await Task.Delay(50, Cancellation);
        Assert.Equal(2, session.Events.Delivered);
        await FakeSession.UntilAsync(() => session.Events.Delivered == 3);
        await EventPump.Shared.RemoveSourceAsync(source);
        await session.DisposeAsync();
    }

    [Fact]
    public unsafe void Merger_MoreIsHeldThanTheLimit_WaitsForNoThread()
    {
        using FakeThread stuck = new();
        nint[] states = [(nint)stuck.State];
        using EventMerger merger = new(version => (1, states));
        FakeSource source = new();
        merger.Sources = [source];
        merger.Round();
        stuck.Guard = ThreadState.InHook;
        byte[] tail = new byte[64 * 1024];
        long now = MonotonicClock.Now;
        for (int held = 0; held < EventMerger.HeldLimit - (2 * tail.Length); held += tail.Length)
        {
            source.Write(FakeSource.Record(int.MaxValue, now, tail));
        }

        merger.Round();
        Thread.Sleep(5);
        merger.Round();
        Assert.Equal(0, merger.Orphans);
        for (int i = 0; i < 4; i++)
        {
            source.Write(FakeSource.Record(int.MaxValue, now, tail));
        }

        Thread.Sleep(5);
        merger.Round();
        Thread.Sleep(5);
        merger.Round();
        Assert.InRange(merger.Orphans, EventMerger.HeldLimit / tail.Length, long.MaxValue);
        Assert.Equal(0, merger.HeldBytes);
    }

    [Fact]
    public void Merger_SourceIsGone_KeepsItsDamages()
    {
        using EventMerger merger = new(static _ => (1, []));
        FakeSource source = new();
        merger.Sources = [source];
        source.Write(new byte[8]);
        merger.Round();
        Assert.Equal(1, merger.Damages);
        merger.Sources = [];
        merger.Round();
        Assert.Equal(1, merger.Damages);
    }

    // What the meter says of the whole process, ended sessions included.
    private static long Late()
    {
        long late = -1;
        using MeterListener listener = new();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "instrumentation.events.late")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => late = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return late;
    }
}
