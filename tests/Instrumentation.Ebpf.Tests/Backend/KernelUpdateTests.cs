using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Backend;

/// <summary>Kernel probes that are changed while they are hit.</summary>
[Collection(nameof(AloneCollection))]
public sealed class KernelUpdateTests
{
    private sealed record Marked(long Offset, int Mark, long Double);

    private static ProbeSpec Calls => Probe.Syscall("lseek").OnEntry().ThisProcess().When(c => c.Arg<int>("fd") == Seeks.Descriptor);

    [Fact]
    public async Task EachHit_IsDecidedByExactlyOneSpec()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle<Marked> handle = await session.AttachAsync(Calls.Capture(c => new Marked(c.Arg<long>("offset"), 1, c.Arg<long>("offset") * 1)));
        (long Value, int Key)[][] calls = [.. Enumerable.Range(0, 3).Select(static thread => Enumerable.Range(0, 20_000).Select(i => (((long)thread << 32) + i, 0)).ToArray())];
        Thread calling = new(() => Seeks.CallOnThreads(calls));
        calling.Start();
        int changes = 0;
        while (calling.IsAlive)
        {
            await handle.UpdateAsync(static spec => spec.Capture(c => new Marked(c.Arg<long>("offset"), 2, c.Arg<long>("offset") * 2)), TestContext.Current.CancellationToken);
            await handle.UpdateAsync(static spec => spec.Capture(c => new Marked(c.Arg<long>("offset"), 1, c.Arg<long>("offset") * 1)), TestContext.Current.CancellationToken);
            changes += 2;
        }

        await handle.DisposeAsync();
        List<Marked> seen = [];
        await foreach (ProbeEvent<Marked> one in handle.Events)
        {
            seen.Add(one.Value);
        }

        Assert.Equal(calls.SelectMany(static some => some).Select(static call => call.Value).Order(), seen.Select(static one => one.Offset).Order());
        Assert.All(seen, static one => Assert.Equal(one.Offset * one.Mark, one.Double));
        Assert.True(changes > 4, $"only {changes} changes fell into the run");
        Assert.Equal([1, 2], seen.Select(static one => one.Mark).Distinct().Order());
        Assert.Equal(0, session.Events.Loss.Total);
    }

    [Fact]
    public async Task ConditionAndLimits_TakeEffectWhenTheChangeReturns()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        await using AggregateHandle<CountSnapshot> count = await session.AttachAsync(Calls.Count());
        ObjectCounts attached = ObjectCounts.OfProcess();
        Seeks.CallOnThreads([Seeks.Many(100)]);
        await count.UpdateAsync(static spec => spec.When(c => c.Arg<int>("whence") == 3), TestContext.Current.CancellationToken);
        Seeks.CallOnThreads([Seeks.Many(100)]);
        Assert.Equal(100, count.Read().Total);
        Seeks.Call(1, 3);
        Assert.Equal(101, count.Read().Total);
        await Assert.ThrowsAsync<ExpressionException>(() => count.UpdateAsync(static spec => spec.When(c => c.Arg<int>("nothing") == 3), TestContext.Current.CancellationToken));
        Seeks.Call(1, 3);
        Seeks.Call(1, 4);
        Assert.Equal(102, count.Read().Total);
        Assert.Equal(attached, ObjectCounts.OfProcess());
    }

    [Fact]
    public async Task AChangeThatNeedsWhatIsNotKept_IsRefusedAndChangesNothing()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        await using AggregateHandle<CountSnapshot> count = await session.AttachAsync(Calls.OnReturn().Count());
        await Assert.ThrowsAsync<SpecException>(() => count.UpdateAsync(static spec => spec.When(c => c.Duration > TimeSpan.Zero), TestContext.Current.CancellationToken));
        Seeks.Call(1, 3);
        Assert.Equal(1, count.Read().Total);
    }
}
