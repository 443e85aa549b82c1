using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Points.Functions;

/// <summary>Functions of the C library that this process calls.</summary>
[Trait("Kernel", "Matrix")]
[Collection(nameof(AloneCollection))]
public sealed class FunctionTests
{
    private sealed record Converted(string? Text, byte Second);

    private sealed record Conversion(long Text, long Result, TimeSpan Took);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_OfThisProcess_HasArgumentResultAndDuration(bool perfEvents)
    {
        UprobeLinks.ForcePerfEvents = perfEvents;
        try
        {
            await using InstrumentationSession session = await KernelSession.StartAsync();
            ProbeHandle<Conversion> handle = await session.AttachAsync(
                Probe.Function("libc.so.6", "a64l").ThisProcess().Capture(c => new Conversion(c.Arg<long>(0), c.Return<long>(), c.Duration)));
            Assert.Equal(ProbeState.Armed, handle.State);
            nint[] results = [NativeCalls.A64L("./"), NativeCalls.A64L("zz"), NativeCalls.A64L("hello")];
            await handle.DisposeAsync();
            List<ProbeEvent<Conversion>> seen = [];
            await foreach (ProbeEvent<Conversion> one in handle.Events)
            {
                seen.Add(one);
            }

            Assert.Equal(results.Select(static one => (long)one), seen.Select(static one => one.Value.Result));
            Assert.All(seen, one =>
            {
                Assert.NotEqual(0, one.Value.Text);
                Assert.Equal("libc.so.6!a64l", one.Event.Site);
                Assert.Equal(ProbeEdge.Call, one.Event.Edge);
                Assert.Equal(Environment.ProcessId, one.Event.ProcessId);
                Assert.InRange(one.Value.Took, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(5));
                Assert.Equal(one.Value.Took, one.Event.Duration);
            });
        }
        finally
        {
            UprobeLinks.ForcePerfEvents = false;
        }
    }

    [Fact]
    public async Task Return_HasTheTextAtAnArgumentThatIsGone()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle<Converted> handle = await session.AttachAsync(
            Probe.Function("libc", "a64l").OnReturn().ThisProcess().Capture(c => new Converted(c.String(c.Arg<nint>(0)), c.Memory<byte>(c.Arg<long>(0) + 1))));
        _ = NativeCalls.A64L("zx/");
        await handle.DisposeAsync();
        List<Converted> seen = [];
        await foreach (ProbeEvent<Converted> one in handle.Events)
        {
            seen.Add(one.Value);
        }

        Assert.Contains(new Converted("zx/", (byte)'x'), seen);
        Assert.Equal(0, handle.Statistics.Faults);
    }

    [Fact]
    public async Task Count_AtEntryAndReturn_CountsEachCallThatPasses()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        AggregateHandle<CountSnapshot> entries = await session.AttachAsync(Probe.Function("libc", "a64l").OnEntry().ThisProcess().Count());
        AggregateHandle<CountSnapshot> some = await session.AttachAsync(Probe.Function("libc", "a64l").OnReturn().ThisProcess().When(c => c.Return<long>() == 2).Count());
        for (int i = 0; i < 500; i++)
        {
            _ = NativeCalls.A64L(i % 5 == 0 ? "0" : "/");
        }

        Assert.Equal((500, 100), (entries.Read().Total, some.Read().Total));
        await entries.DisposeAsync();
        await some.DisposeAsync();
        _ = NativeCalls.A64L("0");
        Assert.Equal((500, 100), (entries.Read().Total, some.Read().Total));
    }

    [Fact]
    public async Task Detach_LeavesNothingInTheKernel()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ObjectCounts before = Settled.Counts();
        for (int i = 0; i < 3; i++)
        {
            await using ProbeHandle call = await session.AttachAsync(Probe.Function("libc", "a64l").ThisProcess());
            await using AggregateHandle<CountSnapshot> count = await session.AttachAsync(Probe.Function("libc", "a64l").OnEntry().Count());
            Assert.NotEqual(before, ObjectCounts.OfProcess());
        }

        Assert.Equal(before, ObjectCounts.OfProcess());
    }
}
