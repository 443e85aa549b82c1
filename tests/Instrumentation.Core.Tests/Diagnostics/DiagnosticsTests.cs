using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;
using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;

namespace Instrumentation.Core.Tests.Diagnostics;

[Collection(ProcessWideCollection.Name)]
public sealed class DiagnosticsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Meter_Session_MeasuresProbesAndEvents()
    {
        Dictionary<string, long> before = [];
        Dictionary<string, long> values = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Instrumentation")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        Dictionary<string, long> target = before;
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => target[instrument.Name] = value);
        listener.Start();

        await using InstrumentationSession session = await FakeSession.StartAsync(new InstrumentationOptions { BacklogBytes = 2 * EventRecordHeader.Size });
        listener.RecordObservableInstruments();
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("a"), Cancellation);
        FakeSession.OnThread(() =>
        {
            for (int i = 0; i < 5; i++)
            {
                FakeHook.Hit(probe);
            }
        });
        await FakeSession.UntilAsync(() => session.Events.Delivered == 5);
        target = values;
        listener.RecordObservableInstruments();
        Assert.Equal(1, values["instrumentation.probes.attached"] - before["instrumentation.probes.attached"]);
        Assert.Equal(5, values["instrumentation.events.delivered"] - before["instrumentation.events.delivered"]);
        Assert.Equal(3, values["instrumentation.events.lost"] - before["instrumentation.events.lost"]);

        await session.DisposeAsync();
        listener.RecordObservableInstruments();
        Assert.Equal(0, values["instrumentation.probes.attached"] - before["instrumentation.probes.attached"]);
        Assert.Equal(5, values["instrumentation.events.delivered"] - before["instrumentation.events.delivered"]);
        Assert.Equal(3, values["instrumentation.events.lost"] - before["instrumentation.events.lost"]);
    }

    [Fact]
    public async Task EventSource_AttachAndDetach_AreReported()
    {
        using Listener listener = new();
        await using InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("reported"), Cancellation);
        await probe.DisposeAsync();
        await Assert.ThrowsAnyAsync<InstrumentationException>(() => session.AttachAsync(FakeSession.Spec("reported") with { Edge = ProbeEdge.None }, Cancellation));
        Assert.Equal(["ProbeAttached reported Armed", "ProbeDetached reported 0"], listener.Lines.Where(static line => line.Contains("reported", StringComparison.Ordinal)));
    }

    private sealed class Listener : EventListener
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "Instrumentation")
            {
                EnableEvents(eventSource, EventLevel.Informational);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData) => Lines?.Enqueue($"{eventData.EventName} {string.Join(' ', eventData.Payload ?? (IEnumerable<object?>)[])}");
    }
}
