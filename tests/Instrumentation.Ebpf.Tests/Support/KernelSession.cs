using Instrumentation.Ebpf.Backend;

namespace Instrumentation.Ebpf.Tests.Support;

/// <summary>Sessions with the eBPF backend alone.</summary>
internal static class KernelSession
{
    /// <summary>Starts one that keeps all events until they are read; skips the test where BPF cannot be used.</summary>
    public static Task<InstrumentationSession> StartAsync()
    {
        Require.Bpf();
        return InstrumentationSession.StartAsync([new EbpfBackend()], new InstrumentationOptions { BacklogBytes = 64 * 1024 * 1024 });
    }

    /// <summary>Ends a session and gives all its events.</summary>
    public static async Task<IReadOnlyList<ProbeEvent>> EndAsync(InstrumentationSession session)
    {
        await session.DisposeAsync();
        Assert.Equal(0, session.Events.Loss.Total);
        List<ProbeEvent> events = [];
        await foreach (ProbeEvent one in session.Events)
        {
            events.Add(one);
        }

        return events;
    }
}
