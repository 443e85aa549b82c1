using System.Collections.Concurrent;
using System.Diagnostics;
using Instrumentation.Backends;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Tests.Order;

namespace Instrumentation.Tests.Attribution;

/// <summary>Events of the kernel know the activity that was current in their flow, with no span in sight.</summary>
[Collection(nameof(AloneCollection))]
public sealed class ActivityTests
{
    private const int Flows = 20;
    private const int Rounds = 20;

    [Fact]
    public async Task Events_OfManyActivities_KnowTheirs()
    {
        Assert.SkipWhen(KernelCapabilities.Of(CapabilityNames.ProgramRawTracepoint) is { Answer: not CapabilityAnswer.Yes }, $"{CapabilityNames.ProgramRawTracepoint}: BPF programs cannot be loaded here.");
        ConcurrentDictionary<long, (ActivityTraceId Trace, ActivitySpanId Span)> expected = [];
        InstrumentationSession session = await InstrumentationSession.StartAsync();
        ProbeHandle<long> seeks = await session.AttachAsync(Probe.Syscall("lseek").OnEntry().ThisProcess().When(c => c.Arg<int>("fd") == Seeks.Descriptor).Capture(c => c.Arg<long>("offset")));
        await Task.WhenAll(Enumerable.Range(0, Flows).Select(flow => Task.Run(() => FlowAsync(flow, expected))));
        Seeks.Call(-1);
        await session.DisposeAsync();

        int seen = 0;
        await foreach (ProbeEvent<long> one in seeks.Events)
        {
            ActivityContext? activity = one.Event.Activity;
            Assert.True(one.Event.Span.IsNone);
            Assert.Equal(expected.TryGetValue(one.Value, out (ActivityTraceId Trace, ActivitySpanId Span) known) ? known : null, activity is { } found ? (found.TraceId, found.SpanId) : ((ActivityTraceId, ActivitySpanId)?)null);
            seen++;
        }

        Assert.Equal((Flows * Rounds * 3) + 1, seen);
        Assert.Equal(0, session.Events.Loss.Total);
    }

    private static async Task FlowAsync(int flow, ConcurrentDictionary<long, (ActivityTraceId Trace, ActivitySpanId Span)> expected)
    {
        for (int round = 0; round < Rounds; round++)
        {
            long number = ((flow * Rounds) + round) * 4;
            using Activity outer = new Activity("outer").Start();
            expected[number] = expected[number + 2] = (outer.TraceId, outer.SpanId);
            Seeks.Call(number);
            await Task.Yield();
            using (Activity inner = new Activity("inner").Start())
            {
                expected[number + 1] = (inner.TraceId, inner.SpanId);
                await Task.Delay(1);
                Seeks.Call(number + 1);
            }

            await Task.Run(() => Seeks.Call(number + 2));
        }
    }
}
