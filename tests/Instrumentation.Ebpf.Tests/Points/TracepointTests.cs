using System.Globalization;
using Instrumentation.Backends;
using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Points;

/// <summary>Tracepoints with the fields of their formats.</summary>
[Trait("Kernel", "Matrix")]
public sealed class TracepointTests
{
    private sealed record Executed(int Id, int OldId, int ByPosition, string? File, nint Address);

    private sealed record Woken(int Id, int Priority, long Wide, string? Name);

    [Fact]
    public async Task Exec_OfOtherPrograms_IsSeenOncePerProgramWithItsFields()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle<Executed> handle = Attach(() => session.AttachAsync(
            Probe.Tracepoint("sched", "sched_process_exec").Capture(c => new Executed(c.Arg<int>("pid"), c.Arg<int>("old_pid"), c.Arg<int>(1), c.Arg<string>("filename"), c.Arg<nint>("filename")))));
        Assert.Equal(["tracepoint sched:sched_process_exec"], handle.Coverage.Reached);
        int[] ids = [.. Enumerable.Range(0, 7).Select(static _ => RawTracepointTests.RunTrue())];
        await handle.DisposeAsync();
        List<ProbeEvent<Executed>> seen = [];
        await foreach (ProbeEvent<Executed> one in handle.Events)
        {
            seen.Add(one);
        }

        ProbeEvent<Executed>[] mine = [.. seen.Where(one => ids.Contains(one.Event.ProcessId))];
        Assert.Equal(ids, mine.Select(static one => one.Value.Id));
        Assert.All(mine, static one =>
        {
            Assert.Equal(one.Value.Id, one.Value.OldId);
            Assert.Equal(one.Value.Id, one.Value.ByPosition);
            Assert.Equal("/bin/true", one.Value.File);
            Assert.True(one.Value.Address < 0, "the record lies in the kernel's half");
        });
    }

    [Fact]
    public async Task EnterOpenAt_AndTheSystemCall_CountTheSame()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        const int Opens = 250;
        int thread = 0;
        using ManualResetEventSlim known = new();
        using ManualResetEventSlim go = new();
        Thread opener = new(() =>
        {
            thread = Threads.CurrentId();
            known.Set();
            go.Wait();
            for (int i = 0; i < Opens; i++)
            {
                File.OpenHandle("/dev/null").Dispose();
            }
        });
        opener.Start();
        known.Wait();
        AggregateHandle<CountSnapshot> point = Attach(() => session.AttachAsync(
            Probe.Tracepoint("syscalls", "sys_enter_openat").ThisProcess().When(c => c.ThreadId == thread && c.Arg<int>("dfd") == -100).Count()));
        AggregateHandle<CountSnapshot> all = Attach(() => session.AttachAsync(
            Probe.Tracepoint("raw_syscalls", "sys_enter").When(c => c.ThreadId == thread && c.Arg<long>("id") == 257 && c.Arg<int>("args[0]") == -100 && c.Arg<long>("args[1]") != 0).Count()));
        AggregateHandle<CountSnapshot> call = await session.AttachAsync(
            Probe.Syscall("openat").OnEntry().ThisProcess().When(c => c.ThreadId == thread && c.Arg<int>("dfd") == -100).Count());
        go.Set();
        opener.Join();

        long counted = point.Read().Total;
        Assert.True(counted >= Opens, $"{counted}");
        Assert.Equal((counted, counted), (call.Read().Total, all.Read().Total));
    }

    [Fact]
    public async Task Switch_OfAThreadThatSleeps_HasTheFormatsSizesAndSigns()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        int thread = 0;
        int priority = 0;
        using ManualResetEventSlim known = new();
        using ManualResetEventSlim go = new();
        Thread sleeper = new(() =>
        {
            thread = Threads.CurrentId();
            priority = PriorityOf(thread);
            known.Set();
            go.Wait();
            for (int i = 0; i < 20; i++)
            {
                Thread.Sleep(2);
            }
        })
        {
            Name = "sleepy",
        };
        sleeper.Start();
        known.Wait();
        ProbeHandle<Woken> handle = Attach(() => session.AttachAsync(
            Probe.Tracepoint("sched", "sched_switch").When(c => c.Arg<int>("prev_pid") == thread && c.Arg<long>("prev_state") != 0 && c.Arg<byte>("prev_comm[15]") == 0 && c.Arg<string>("prev_comm") == "sleepy")
                .Capture(c => new Woken(c.Arg<int>("prev_pid"), c.Arg<int>("prev_prio"), c.Arg<long>("prev_pid"), c.Arg<string>("prev_comm")))));
        go.Set();
        sleeper.Join();
        await handle.DisposeAsync();
        int count = 0;
        await foreach (ProbeEvent<Woken> one in handle.Events)
        {
            Assert.Equal(new Woken(thread, priority, thread, "sleepy"), one.Value);
            Assert.Equal(thread, one.Event.ThreadId);
            count++;
        }

        Assert.True(count >= 20, $"{count} switches");
    }

    [Fact]
    public async Task WithoutTheTracingFileSystem_TheMendIsNamed()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        if (Mounts.Tracing() is not null)
        {
            Assert.Equal(ProbeState.Armed, new EbpfBackend().CanAttach(Probe.Tracepoint("sched", "sched_switch")).State);
            return;
        }

        ProbeSpec spec = Probe.Tracepoint("sched", "sched_switch");
        MissingCapabilityException missing = await Assert.ThrowsAsync<MissingCapabilityException>(() => session.AttachAsync(spec));
        Assert.Contains("mount -t tracefs", missing.Mend, StringComparison.Ordinal);
        Assert.Contains("RawTracepoint(\"sched_switch\")", missing.Mend, StringComparison.Ordinal);
        Assert.Equal([(CapabilityNames.Tracing, CapabilityAnswer.No)], missing.Missing.Select(static one => (one.Name, one.Answer)));
        ProbeCoverage coverage = new EbpfBackend().CanAttach(spec);
        Assert.Equal(ProbeState.Blind, coverage.State);
        Assert.Equal(missing.Mend, coverage.Gaps[0].Mend);
    }

    // As the scheduler has it: /proc counts from the first priority that is not of real-time threads. 120, unless these tests run with another niceness.
    private static int PriorityOf(int thread)
    {
        string text = File.ReadAllText($"/proc/self/task/{thread}/stat");
        return 100 + int.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[15], CultureInfo.InvariantCulture);
    }

    // The names are looked up on the thread that attaches.
    private static T Attach<T>(Func<Task<T>> attach) => TracingMount.Run(() => attach().GetAwaiter().GetResult());
}
