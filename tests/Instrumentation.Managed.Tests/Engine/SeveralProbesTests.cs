using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>Several probes on one method.</summary>
public sealed class SeveralProbesTests
{
    [Fact]
    public async Task SeveralProbes_EntriesInOrderOfAttachment_EndsInReverse()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        foreach (string name in new[] { "a", "b", "c" })
        {
            await Watch.AttachAsync(session, Probe.Method(typeof(Ordered), nameof(Ordered.Call)).OnEntry().Named(name + " entry"));
            await Watch.AttachAsync(session, Probe.Method(typeof(Ordered), nameof(Ordered.Call)).OnReturn().Named(name + " return"));
        }

        Assert.Equal(2, Ordered.Call(1));

        IReadOnlyList<ProbeEvent> events = await Watch.EndAsync(session);
        Assert.Equal(["a entry", "b entry", "c entry", "c return", "b return", "a return"], events.Select(static one => one.Probe));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task SeveralProbes_OneRemoved_OthersGoOn(int removed)
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        List<ProbeHandle> handles = [];
        foreach (ProbeSpec spec in new[]
        {
            Probe.Method(typeof(Removed), nameof(Removed.Call)).Count(),
            Probe.Method(typeof(Removed), nameof(Removed.Call)).OnCall(),
            Probe.Method(typeof(Removed), nameof(Removed.Call)).OnReturn().OrThrow(),
        })
        {
            handles.Add(await Watch.AttachAsync(session, spec));
        }

        Assert.Equal(2, Removed.Call(1));
        await handles[removed].DisposeAsync();
        Assert.Equal(3, Removed.Call(2));
        Assert.Throws<ArgumentException>(() => Removed.Call(-1));

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(i == removed ? 1 : 3, handles[i].Statistics.Hits);
            Assert.Equal(i == removed ? ProbeState.Detached : ProbeState.Armed, handles[i].State);
        }
    }

    [Fact]
    public async Task SeveralSessions_OneDisposed_OtherGoesOn()
    {
        await using InstrumentationSession first = await Watch.StartAsync();
        await using InstrumentationSession second = await Watch.StartAsync();
        ProbeHandle one = await Watch.AttachAsync(first, Probe.Method(typeof(Sessions), nameof(Sessions.Call)));
        ProbeHandle other = await Watch.AttachAsync(second, Probe.Method(typeof(Sessions), nameof(Sessions.Call)));
        Sessions.Call();
        IReadOnlyList<ProbeEvent> events = await Watch.EndAsync(first);
        Sessions.Call();

        Assert.Single(events);
        Assert.Equal(1, one.Statistics.Hits);
        Assert.Equal(2, other.Statistics.Hits);
        Assert.Equal(2, (await Watch.EndAsync(second)).Count);
    }

    private static class Ordered
    {
        public static int Call(int value) => value + 1;
    }

    private static class Removed
    {
        public static int Call(int value) => value < 0 ? throw new ArgumentException("negative") : value + 1;
    }

    private static class Sessions
    {
        public static int Call() => Environment.CurrentManagedThreadId;
    }
}
