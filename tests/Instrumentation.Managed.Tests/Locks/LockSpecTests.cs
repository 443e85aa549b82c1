using Instrumentation.Managed.Locks;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Locks;

/// <summary>What a spec of waits can ask for, and what it is as text.</summary>
[Collection(AloneCollection.Name)]
public sealed class LockSpecTests
{
    [Fact]
    public async Task Specs_ThatWaitsCannotServe_AreRefused()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.LockContention().AsSpan()));
        await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.LockContention().OnEntry()));
        await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.LockContention().Stacks()));
        await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.LockContention().CountBy(static c => c.Caller)));
        await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.LockContention().When(static c => c.This<object>() != null)));
        await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.LockContention().When(static c => c.Return<int>() != 0)));
        Assert.False(LockWatch.Exists);
    }

    [Fact]
    public void Point_AsJson_ComesBack()
    {
        ProbeSpec spec = Probe.LockContention().When(static c => c.Arg<LockKind>("kind") == LockKind.Semaphore && c.Arg<int>("owner") != 0);

        string json = ProbeSpecJson.Write(spec);
        Assert.Contains("\"lockContention\"", json, StringComparison.Ordinal);
        Assert.Equal(spec, ProbeSpecJson.Read(json));
        Assert.Throws<ProbeJsonException>(() => ProbeSpecJson.Read("""{"point":{"lockContention":false}}"""));
        Assert.Throws<ProbeJsonException>(() => ProbeSpecJson.Read("""{"point":{"lockContention":true,"process":"this"}}"""));
    }
}
