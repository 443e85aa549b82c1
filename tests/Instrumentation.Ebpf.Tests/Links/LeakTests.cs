using System.Diagnostics;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Ebpf.RingBuffer;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Links;

/// <summary>Tests that count the process's descriptors run while nothing else does.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;

[Collection(nameof(AloneCollection))]
public sealed class LeakTests
{
    [Fact]
    public void EverythingDisposed_LeavesNoDescriptorAndNoKernelObject()
    {
        Require.Bpf();
        Require.Capability(CapabilityNames.UprobeMulti);
        Require.Capability(CapabilityNames.RightAdministration);
        (string path, ulong offset) = NativeCalls.PlaceOfA64L();
        ObjectCounts before = Settled.Counts();
        HashSet<uint> programs = [];
        HashSet<uint> maps = [];
        HashSet<uint> links = [];
        for (int round = 0; round < 20; round++)
        {
            using BpfRingBuffer ring = new(4096);
            using BpfUserRingBuffer userRing = new(4096);
            using BpfHashMap<int, int> hash = new(10);
            using Counter tracing = new(ProgramType.RawTracepoint, threadId: Threads.CurrentId());
            using Counter probing = new(ProgramType.Kprobe, AttachType.TraceUprobeMulti);
            using Counter sampling = new(ProgramType.PerfEvent);
            using BpfLink point = TracepointLinks.Raw(tracing.Program, "sys_enter");
            using BpfLink sites = MultiLinks.Uprobes(probing.Program, new UprobeSites(path, [offset]) { ProcessId = Environment.ProcessId });
            using PerfEvent clock = PerfEvent.CpuClock(99, -1, Threads.CurrentId());
            clock.Attach(sampling.Program);
            programs.UnionWith([tracing.Program.Id, probing.Program.Id, sampling.Program.Id]);
            maps.UnionWith([ring.Id, userRing.Id, hash.Id, tracing.MapId, probing.MapId, sampling.MapId]);
            links.UnionWith([point.Id, sites.Id]);
            ObjectCounts during = ObjectCounts.OfProcess();
            Assert.Equal((before.Programs + 3, before.Maps + 6, before.Links + 3, before.PerfEvents + 1), (during.Programs, during.Maps, during.Links, during.PerfEvents));
        }

        Assert.Equal(before, ObjectCounts.OfProcess());
        using (Counter counter = new(ProgramType.RawTracepoint))
        {
            ObjectCounts machine = ObjectCounts.OfMachine();
            Assert.True(machine.Programs > 0 && machine.Maps > 0, $"{machine}");
            Assert.Contains(counter.Program.Id, KernelObjects.Programs());
        }

        Gone(KernelObjects.Links, links);
        Gone(KernelObjects.Programs, programs);
        Gone(KernelObjects.Maps, maps);
    }

    [Fact]
    public void Failures_LeaveNoDescriptor()
    {
        Require.Bpf();
        ObjectCounts before = Settled.Counts();
        for (int round = 0; round < 20; round++)
        {
            Assert.Throws<KernelCallException>(static () => new BpfHashMap<int, int>(-1));
            Assert.Throws<ProgramRefusedException>(static () => TestPrograms.Load(static code => code.Exit()));
            using Counter counter = new(ProgramType.RawTracepoint);
            Assert.Throws<KernelCallException>(() => TracepointLinks.Raw(counter.Program, "no_such_point"));
            Assert.Throws<KernelCallException>(static () => PerfEvent.Watchpoint(1, 8, WatchAccess.Write, Threads.CurrentId()));
        }

        Assert.Equal(before, ObjectCounts.OfProcess());
    }

    // The kernel frees objects a little after the last descriptor is closed.
    private static void Gone(Func<IReadOnlyList<uint>> list, HashSet<uint> ours)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (list().Any(ours.Contains))
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), "objects are left");
            Thread.Sleep(20);
        }
    }
}
