using System.Diagnostics;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Points;
using Instrumentation.Ebpf.Points.Tracepoints;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Points;

/// <summary>Raw tracepoints that real programs pass.</summary>
[Trait("Kernel", "Matrix")]
public sealed class RawTracepointTests
{
    private sealed record Executed(int OldId, nint Task, long Wide, int TaskId, string? File);

    private sealed record Switch(nint Previous, ulong Next, bool Preempted);

    // The same point as a kernel sees it that has no typed programs.
    private sealed record UntypedPoint(string Name) : KernelPoint
    {
        public override string Place => $"raw tracepoint {Name}";

        public override PointTarget Resolve(ProbeSpec spec) => new RawTracepointTarget(Name, BtfFunction.FindRawTracepoint(KernelBtf.Open(), Name), isTyped: false);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Exec_OfOtherPrograms_IsSeenOncePerProgram(bool typed)
    {
        Require.Capability(CapabilityNames.Btf);
        if (typed)
        {
            Require.Capability(CapabilityNames.ProgramTypedTracepoint);
        }

        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeSpec spec = typed ? Probe.RawTracepoint("sched_process_exec") : new ProbeSpec(new UntypedPoint("sched_process_exec"));
        ProbeHandle<Executed> handle = await session.AttachAsync(
            spec.When(c => c.Arg<nint>("bprm") != 0 && (c.Arg<long>("p") & 7) == 0).Capture(c => new Executed(c.Arg<int>("old_pid"), c.Arg<nint>("p"), c.Arg<long>(1), c.Kernel<int>("p->tgid"), c.KernelString("bprm->filename"))));
        Assert.Equal(ProbeState.Armed, handle.State);
        Assert.Equal(["raw tracepoint sched_process_exec"], handle.Coverage.Reached);
        int[] ids = [.. Enumerable.Range(0, 7).Select(static _ => RunTrue())];
        await handle.DisposeAsync();

        List<ProbeEvent<Executed>> seen = [];
        await foreach (ProbeEvent<Executed> one in handle.Events)
        {
            seen.Add(one);
        }

        Assert.Equal(0, handle.Statistics.Faults);
        ProbeEvent<Executed>[] mine = [.. seen.Where(one => ids.Contains(one.Event.ProcessId))];
        Assert.Equal(ids, mine.Select(static one => one.Event.ProcessId));
        Assert.All(mine, static one =>
        {
            Assert.Equal(one.Event.ThreadId, one.Value.OldId);
            Assert.Equal(one.Value.OldId, one.Value.Wide);
            Assert.Equal((one.Event.ProcessId, "/bin/true"), (one.Value.TaskId, one.Value.File));
            Assert.True(one.Value.Task < 0, "the address of a task lies in the kernel's half");
            Assert.Equal(ProbeEdge.Entry, one.Event.Edge);
            Assert.Equal(0, one.Event.Duration.Ticks);
        });
    }

    [Fact]
    public async Task Fork_OfAShell_IsSeenOncePerCommand()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle handle = await session.AttachAsync(Probe.RawTracepoint("sched_process_fork"));
        using Process shell = Process.Start(new ProcessStartInfo("sh", ["-c", "/bin/true; /bin/true; /bin/true; /bin/true; :"]))!;
        await shell.WaitForExitAsync();
        await handle.DisposeAsync();
        IReadOnlyList<ProbeEvent> events = await KernelSession.EndAsync(session);
        Assert.Equal(4, events.Count(one => one.ProcessId == shell.Id));
    }

    [Fact]
    public async Task Switch_OfAThreadThatSleeps_IsSeenEachTime()
    {
        Require.Capability(CapabilityNames.Btf);
        await using InstrumentationSession session = await KernelSession.StartAsync();
        int thread = 0;
        using ManualResetEventSlim known = new();
        using ManualResetEventSlim go = new();
        Thread sleeper = new(() =>
        {
            thread = Threads.CurrentId();
            known.Set();
            go.Wait();
            for (int i = 0; i < 20; i++)
            {
                Thread.Sleep(2);
            }
        });
        sleeper.Start();
        known.Wait();
        ProbeHandle<Switch> handle = await session.AttachAsync(
            Probe.RawTracepoint("sched_switch").When(c => c.ThreadId == thread && !c.Arg<bool>("preempt"))
                .Capture(c => new Switch(c.Arg<nint>("prev"), c.Arg<ulong>("next"), c.Arg<bool>("preempt"))));
        go.Set();
        sleeper.Join();
        await handle.DisposeAsync();
        List<Switch> seen = [];
        await foreach (ProbeEvent<Switch> one in handle.Events)
        {
            Assert.Equal(thread, one.Event.ThreadId);
            seen.Add(one.Value);
        }

        Assert.True(seen.Count >= 20, $"{seen.Count} switches");
        Assert.Single(seen.Select(static one => one.Previous).Distinct());
        Assert.DoesNotContain(seen, static one => one.Preempted || one.Next == 0 || (nint)one.Next == one.Previous);
    }

    internal static int RunTrue()
    {
        using Process program = Process.Start(new ProcessStartInfo("/bin/true") { UseShellExecute = false })!;
        program.WaitForExit();
        return program.Id;
    }
}
