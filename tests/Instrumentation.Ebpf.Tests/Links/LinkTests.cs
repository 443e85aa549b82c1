using System.Diagnostics;
using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Points.Tracepoints;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Links;

[Trait("Kernel", "Matrix")]
[Collection(PerfEventTests.Name)]
public sealed class LinkTests
{
    private const int Calls = 50;

    [Fact]
    public void RawTracepoint_SeesEachSystemCallOfThisThread()
    {
        Require.Bpf();
        using Counter counter = new(ProgramType.RawTracepoint, threadId: Threads.CurrentId());
        using (BpfLink link = TracepointLinks.Raw(counter.Program, "sys_enter"))
        {
            CallGetThreadId();
            Assert.True(link.Id > 0);
        }

        long counted = counter.Count;
        CallGetThreadId();

        Assert.True(counted >= Calls, $"{counted}");
        Assert.Equal(counted, counter.Count);
    }

    [Fact]
    public void RawTracepoint_ThatDoesNotExist_IsATypedError()
    {
        Require.Bpf();
        using Counter counter = new(ProgramType.RawTracepoint);

        KernelCallException error = Assert.Throws<KernelCallException>(() => TracepointLinks.Raw(counter.Program, "no_such_point"));

        Assert.Equal("ENOENT", error.ErrorName);
        Assert.Contains("no_such_point", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(77)]
    public void TypedTracepoint_SeesEachSystemCallOfThisThread(ulong cookie)
    {
        Require.Capability(CapabilityNames.ProgramTypedTracepoint);
        uint id = KernelBtf.Open().Find("btf_trace_sys_enter", BtfKind.Typedef)!.Value.Id;
        using Counter counter = TypedCounter(id, cookie != 0);
        using BpfLink link = TracepointLinks.Tracing(counter.Program, cookie);
        CallGetThreadId();

        Assert.True(counter.Count >= Calls, $"{counter.Count}");
        Assert.Equal((long)cookie, counter.Cookie);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FunctionEntryAndExit_WhereTheKernelHasThem_SeeEachCall(bool exit)
    {
        uint id = KernelBtf.Open().Find("__x64_sys_getpgid", BtfKind.Function)!.Value.Id;
        AttachType attach = exit ? AttachType.TraceFunctionExit : AttachType.TraceFunctionEntry;
        if (!Require.Has(CapabilityNames.ProgramFunction))
        {
            ProgramRefusedException refused = Assert.Throws<ProgramRefusedException>(() => new Counter(ProgramType.Tracing, attach, id));
            Assert.Contains("'counter'", refused.Message, StringComparison.Ordinal);
            Assert.Contains(CapabilityNames.ProgramFunction, Demand(CapabilityNames.ProgramFunction).Message, StringComparison.Ordinal);
            return;
        }

        using Counter counter = new(ProgramType.Tracing, attach, id, threadId: Threads.CurrentId());
        using BpfLink link = TracepointLinks.Tracing(counter.Program);
        for (int at = 0; at < Calls; at++)
        {
            LibC.SystemCall(121, 0, 0, 0, 0, 0);
        }

        Assert.Equal(Calls, counter.Count);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    public void UprobeMulti_OfALibrary_SeesEachCall(bool atReturn, int processes)
    {
        Require.Capability(CapabilityNames.UprobeMulti);
        (string path, ulong offset) = NativeCalls.PlaceOfA64L();
        using Counter counter = new(ProgramType.Kprobe, AttachType.TraceUprobeMulti, cookie: true, threadId: Threads.CurrentId());
        UprobeSites sites = new(path, [offset]) { AtReturn = atReturn, Cookies = [0x1234_5678_9abc], ProcessId = processes * Environment.ProcessId };
        using (MultiLinks.Uprobes(counter.Program, sites))
        {
            CallA64L();
        }

        CallA64L();
        Assert.Equal(Calls, counter.Count);
        Assert.Equal(0x1234_5678_9abc, counter.Cookie);
    }

    [Fact]
    public void UprobeMulti_OfAMissingFile_IsATypedError()
    {
        Require.Capability(CapabilityNames.UprobeMulti);
        using Counter counter = new(ProgramType.Kprobe, AttachType.TraceUprobeMulti);

        KernelCallException error = Assert.Throws<KernelCallException>(() => MultiLinks.Uprobes(counter.Program, new UprobeSites("/no/such.so", [64])));

        Assert.Equal("ENOENT", error.ErrorName);
        Assert.Contains("/no/such.so", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => MultiLinks.Uprobes(counter.Program, new UprobeSites("/x", [64]) { Cookies = [1, 2] }));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    public void PerfUprobe_OfALibrary_SeesEachCall(bool atReturn, int processes)
    {
        Require.Capability(CapabilityNames.UprobeUnit);
        Require.Capability(CapabilityNames.RightAdministration);
        (string path, ulong offset) = NativeCalls.PlaceOfA64L();
        using Counter counter = new(ProgramType.Kprobe, cookie: true, threadId: Threads.CurrentId());
        using (PerfEvent probe = PerfEvent.Uprobe(path, offset, atReturn, processId: processes * Environment.ProcessId))
        {
            probe.Attach(counter.Program, 99);
            CallA64L();
        }

        CallA64L();
        Assert.Equal(Calls, counter.Count);
        Assert.Equal(99, counter.Cookie);
    }

    [Fact]
    public void PerfEvent_WithoutLinks_IsAttachedTheOldWay()
    {
        Require.Capability(CapabilityNames.UprobeUnit);
        Require.Capability(CapabilityNames.RightAdministration);
        (string path, ulong offset) = NativeCalls.PlaceOfA64L();
        using Counter counter = new(ProgramType.Kprobe, threadId: Threads.CurrentId());
        using (PerfEvent probe = PerfEvent.Uprobe(path, offset, processId: Environment.ProcessId))
        {
            PerfEvents.SetProgram(probe.Handle, counter.Program.Handle);
            PerfEvents.Enable(probe.Handle);
            CallA64L();
        }

        CallA64L();
        Assert.Equal(Calls, counter.Count);
    }

    [Fact]
    public void Kprobe_WhereTheKernelHasThem_SeesEachCall()
    {
        Require.Capability(CapabilityNames.ProgramKprobe);
        if (!Require.Has(CapabilityNames.KprobeUnit))
        {
            KernelCallException error = Assert.Throws<KernelCallException>(() => PerfEvent.Kprobe("__x64_sys_getpgid"));
            Assert.Contains("'kprobe'", error.Message, StringComparison.Ordinal);
            Assert.Contains(CapabilityNames.KprobeUnit, Demand(CapabilityNames.KprobeUnit).Message, StringComparison.Ordinal);
            return;
        }

        using Counter counter = new(ProgramType.Kprobe, threadId: Threads.CurrentId());
        using PerfEvent probe = PerfEvent.Kprobe("__x64_sys_getpgid");
        probe.Attach(counter.Program);
        for (int at = 0; at < Calls; at++)
        {
            LibC.SystemCall(121, 0, 0, 0, 0, 0);
        }

        Assert.Equal(Calls, counter.Count);
    }

    [Fact]
    public void KprobeMulti_WhereTheKernelHasIt_SeesEachCall()
    {
        Require.Capability(CapabilityNames.ProgramKprobe);
        if (!Require.Has(CapabilityNames.KprobeMulti))
        {
            using Counter unattached = new(ProgramType.Kprobe, AttachType.TraceKprobeMulti);
            KernelCallException error = Assert.Throws<KernelCallException>(() => MultiLinks.Kprobes(unattached.Program, new KprobeSites(["__x64_sys_getpgid"])));
            Assert.Contains("LinkCreate", error.Operation, StringComparison.Ordinal);
            Assert.Contains(CapabilityNames.KprobeMulti, Demand(CapabilityNames.KprobeMulti).Message, StringComparison.Ordinal);
            return;
        }

        using Counter counter = new(ProgramType.Kprobe, AttachType.TraceKprobeMulti, cookie: true, threadId: Threads.CurrentId());
        using BpfLink link = MultiLinks.Kprobes(counter.Program, new KprobeSites(["__x64_sys_getpgid"]) { Cookies = [5] });
        for (int at = 0; at < Calls; at++)
        {
            LibC.SystemCall(121, 0, 0, 0, 0, 0);
        }

        Assert.Equal(Calls, counter.Count);
        Assert.Equal(5, counter.Cookie);
    }

    [Fact]
    public void CpuClock_OfABusyThread_Samples()
    {
        Require.Capability(CapabilityNames.ProgramPerfEvent);
        using Counter counter = new(ProgramType.PerfEvent);
        using PerfEvent clock = PerfEvent.CpuClock(999, -1, Threads.CurrentId());
        clock.Attach(counter.Program);
        Stopwatch watch = Stopwatch.StartNew();
        while (counter.Count < 20 && watch.Elapsed < TimeSpan.FromSeconds(10))
        {
            Thread.SpinWait(1000);
        }

        Assert.True(counter.Count >= 20, $"{counter.Count} samples");
    }

    [Fact]
    public unsafe void Watchpoint_OfAField_SeesEachWrite()
    {
        Require.Capability(CapabilityNames.ProgramPerfEvent);
        using Counter counter = new(ProgramType.PerfEvent);
        long* field = (long*)NativeMemory.AlignedAlloc(8, 8);
        try
        {
            using PerfEvent watch = PerfEvent.Watchpoint((ulong)field, 8, WatchAccess.Write, Threads.CurrentId());
            watch.Attach(counter.Program);
            for (int at = 0; at < Calls; at++)
            {
                Volatile.Write(ref *field, at);
            }

            Assert.Equal(Calls, counter.Count);
        }
        finally
        {
            NativeMemory.AlignedFree(field);
        }
    }

    [Fact]
    public void Tracepoint_ByItsId_SeesEachSystemCallOfThisThread()
    {
        Require.Capability(CapabilityNames.ProgramTracepoint);
        Require.Capability(CapabilityNames.RightAdministration);

        int id = TracingMount.Run(static () => TracepointFiles.Find("raw_syscalls", "sys_enter").Id);
        using Counter counter = new(ProgramType.Tracepoint, threadId: Threads.CurrentId());
        using PerfEvent point = PerfEvent.Tracepoint(id, "raw_syscalls:sys_enter");
        point.Attach(counter.Program);
        CallGetThreadId();

        Assert.True(counter.Count >= Calls, $"{counter.Count}");
    }

    private static BackendUnavailableException Demand(string capability) => Assert.Throws<BackendUnavailableException>(() => RequiredCapability.Demand(capability));

    private static Counter TypedCounter(uint id, bool cookie)
    {
        try
        {
            return new Counter(ProgramType.Tracing, AttachType.TraceRawTracepoint, id, cookie: cookie, threadId: Threads.CurrentId());
        }
        catch (ProgramRefusedException refused) when (cookie && refused.Log.Contains("unknown func bpf_get_attach_cookie", StringComparison.Ordinal))
        {
            Assert.Skip("ebpf.program.typed-tracepoint: its cookies are of later kernels than this one.");
            throw;
        }
    }

    private static void CallGetThreadId()
    {
        for (int at = 0; at < Calls; at++)
        {
            Threads.CurrentId();
        }
    }

    private static void CallA64L()
    {
        for (int at = 0; at < Calls; at++)
        {
            NativeCalls.A64L("abc");
        }
    }
}
