using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Points;

/// <summary>Specs of tracepoints that are wrong: what is left is counted, so nothing else runs meanwhile.</summary>
[Collection(nameof(AloneCollection))]
public sealed class TracepointRefusalTests
{
    [Fact]
    public async Task RawTracepoints_ThatAreWrong_AreRefusedAndLeaveNothing()
    {
        Require.Capability(CapabilityNames.Btf);
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ObjectCounts before = Settled.Counts();
        PlaceNotFoundException unknown = await Assert.ThrowsAsync<PlaceNotFoundException>(() => session.AttachAsync(Probe.RawTracepoint("sched_swich")));
        Assert.Contains("sched_switch", unknown.Nearest);
        ExpressionException argument = await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.RawTracepoint("sched_process_exec").When(c => c.Arg<int>("oldpid") > 1)));
        Assert.Contains("'old_pid'", argument.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.RawTracepoint("sched_process_exec").When(c => c.Arg<int>(3) > 1)));
        await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.RawTracepoint("sched_process_exec").When(c => c.Return<int>() > 1)));
        await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.RawTracepoint("sched_process_exec").When(c => c.Duration > TimeSpan.Zero)));
        await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.RawTracepoint("sched_process_exec").OnReturn()));
        Assert.Equal(before, ObjectCounts.OfProcess());
        Assert.Empty(session.Probes);
    }

    [Fact]
    public async Task Tracepoints_ThatAreWrong_AreRefusedAndLeaveNothing()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ObjectCounts before = Settled.Counts();
        PlaceNotFoundException category = Refused<PlaceNotFoundException>(Probe.Tracepoint("shed", "sched_switch"));
        Assert.Contains("sched", category.Nearest);
        PlaceNotFoundException name = Refused<PlaceNotFoundException>(Probe.Tracepoint("sched", "sched_swich"));
        Assert.Contains("sched_switch", name.Nearest);
        Refused<PlaceNotFoundException>(Probe.Tracepoint("..", "sched"));
        ExpressionException field = Refused<ExpressionException>(Probe.Tracepoint("sched", "sched_switch").When(c => c.Arg<int>("prev_pit") == 1));
        Assert.Contains("'prev_pid'", field.Message, StringComparison.Ordinal);
        Refused<ExpressionException>(Probe.Tracepoint("sched", "sched_switch").When(c => c.Arg<int>("common_pid") == 1));
        Refused<ExpressionException>(Probe.Tracepoint("sched", "sched_switch").When(c => c.Arg<byte>("prev_comm[16]") == 1));
        Refused<ExpressionException>(Probe.Tracepoint("sched", "sched_switch").When(c => c.Arg<int>(99) == 1));
        Refused<ExpressionException>(Probe.Tracepoint("sched", "sched_switch").When(c => c.Arg<string>("prev_pid") == "1"));
        Refused<SpecException>(Probe.Tracepoint("sched", "sched_switch").OnReturn());
        Assert.Equal(before, ObjectCounts.OfProcess());
        Assert.Empty(session.Probes);

        TError Refused<TError>(ProbeSpec spec)
            where TError : Exception => Assert.Throws<TError>(() => { TracingMount.Run(() => session.AttachAsync(spec).GetAwaiter().GetResult()); });
    }
}
