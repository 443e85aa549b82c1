using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Points.KernelFunctions;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Points;

/// <summary>Functions of the kernel that this process makes it call, in each way in which the kernel lets them be probed.</summary>
[Trait("Kernel", "Matrix")]
public sealed partial class KernelFunctionTests
{
    private const int NoFile = -2;
    private const int CurrentDirectory = -100;
    private const uint AddToPoll = 1;
    private const uint RemoveFromPoll = 2;
    private const int EventReadable = 1;

    private sealed record Opened(int Directory, long Wide, ulong Flags, long Result, TimeSpan Took, string? Path);

    private sealed record Polled(int Depth, TimeSpan Took);

    public static TheoryData<string> Ways => [.. Enum.GetNames<FunctionWay>()];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Call_HasArgumentsByNameResultAndDuration(string named)
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        FunctionWay way = Enum.Parse<FunctionWay>(named);
        if (!Require.Has(CapabilityOf(way)))
        {
            await AssertRefusedAsync(session, Function("do_sys_openat2", way), way);
            return;
        }

        ProbeHandle<Opened> handle = await session.AttachAsync(
            Function("do_sys_openat2", way).ThisProcess().When(c => c.Arg<long>("dfd") == CurrentDirectory)
                .Capture(c => new Opened(c.Arg<int>("dfd"), c.Arg<long>(0), c.Kernel<ulong>("how->flags"), c.Return<long>(), c.Duration, c.String(c.Arg<nint>("filename")))));
        Assert.Equal(ProbeState.Armed, handle.State);
        int descriptor = Open("/dev/null", 0);
        int failed = Open("/no/such/file", 2);
        await handle.DisposeAsync();
        Assert.True(descriptor > 0 && failed < 0);
        _ = Close(descriptor);

        List<ProbeEvent<Opened>> seen = [];
        List<string?> all = [];
        await foreach (ProbeEvent<Opened> one in handle.Events)
        {
            all.Add(one.Value.ToString());
            if (one.Value.Path is "/dev/null" or "/no/such/file")
            {
                seen.Add(one);
            }
        }

        Assert.True(seen.Count == 2, $"{handle.Statistics}: {string.Join("; ", all)}");
        Assert.Equal(["/dev/null", "/no/such/file"], seen.Select(static one => one.Value.Path));
        Assert.Equal([descriptor, NoFile], seen.Select(static one => one.Value.Result));
        Assert.Equal([0UL, 2UL], seen.Select(static one => one.Value.Flags & 3));
        Assert.All(seen, one =>
        {
            Assert.Equal((CurrentDirectory, CurrentDirectory), (one.Value.Directory, one.Value.Wide));
            Assert.Equal(ProbeEdge.Call, one.Event.Edge);
            Assert.Equal("kernel function do_sys_openat2", one.Event.Site);
            Assert.InRange(one.Value.Took, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(30));
            Assert.Equal(one.Value.Took, one.Event.Duration);
        });
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Calls_InsideOfEachOther_HaveTheirOwnDurationsAndArguments(string named)
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        FunctionWay way = Enum.Parse<FunctionWay>(named);
        if (!Require.Has(CapabilityOf(way)))
        {
            await AssertRefusedAsync(session, Function("ep_loop_check_proc", way), way);
            return;
        }


        // Each holds the one before: to take the last into yet another, the kernel looks into each one that lies inside.
        int inner = NewPoll();
        int middle = NewPoll();
        int outer = NewPoll();
        int top = NewPoll();
        Change(middle, AddToPoll, inner);
        Change(outer, AddToPoll, middle);
        ProbeHandle<Polled> handle = await session.AttachAsync(
            Function("ep_loop_check_proc", way).ThisProcess().Capture(c => new Polled(c.Arg<int>("depth"), c.Duration)));
        const int Times = 10;
        const int Depths = 3;
        for (int i = 0; i < Times; i++)
        {
            Change(top, AddToPoll, outer);
            Change(top, RemoveFromPoll, outer);
        }

        await handle.DisposeAsync();
        _ = (Close(top), Close(outer), Close(middle), Close(inner));
        List<ProbeEvent<Polled>> seen = [];
        await foreach (ProbeEvent<Polled> one in handle.Events)
        {
            seen.Add(one);
        }

        Assert.Equal(0, handle.Statistics.Lost);
        Assert.Equal(Times * Depths, seen.Count);
        foreach (ProbeEvent<Polled>[] nested in seen.Chunk(Depths))
        {
            Assert.Equal([2, 1, 0], nested.Select(static one => one.Value.Depth));
            Assert.All(nested.Zip(nested.Skip(1)), static pair =>
            {
                Assert.True(pair.Second.Event.Start <= pair.First.Event.Start && pair.First.Event.Timestamp <= pair.Second.Event.Timestamp);
                Assert.True(pair.First.Value.Took < pair.Second.Value.Took);
            });
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Count_OfEntriesAndReturns_IsThatOfTheSystemCall(string named)
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        FunctionWay way = Enum.Parse<FunctionWay>(named);
        if (!Require.Has(CapabilityOf(way)))
        {
            await AssertRefusedAsync(session, Function("__x64_sys_getpgid", way), way);
            return;
        }

        const int Calls = 500;
        AggregateHandle<CountSnapshot> entries = await session.AttachAsync(Function("__x64_sys_getpgid", way).OnEntry().ThisProcess().Count());
        AggregateHandle<CountSnapshot> returns = await session.AttachAsync(Function("__x64_sys_getpgid", way).OnReturn().ThisProcess().When(c => c.Return<int>() >= 0).Count());
        AggregateHandle<CountSnapshot> calls = await session.AttachAsync(Probe.Syscall("getpgid").OnReturn().ThisProcess().Count());
        for (int i = 0; i < Calls; i++)
        {
            Assert.True(GetProcessGroup(Environment.ProcessId) >= 0);
        }

        Assert.Equal((Calls, Calls, Calls), (entries.Read().Total, returns.Read().Total, calls.Read().Total));
        await entries.DisposeAsync();
        await returns.DisposeAsync();
        _ = GetProcessGroup(0);
        Assert.Equal((Calls, Calls), (entries.Read().Total, returns.Read().Total));
    }

    [Fact]
    public async Task Function_InTheCheapestWay_IsNamedInTheCoverage()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        bool trampoline = KernelCapabilities.Has(CapabilityNames.ProgramFunction);
        if (!trampoline && !Require.Has(CapabilityNames.KprobeUnit))
        {
            await AssertRefusedAsync(session, Probe.KernelFunction("do_sys_openat2"), FunctionWay.Trampoline, FunctionWay.Kprobe);
            return;
        }

        ProbeHandle handle = await session.AttachAsync(Probe.KernelFunction("do_sys_openat2"));
        Assert.Equal(["kernel function do_sys_openat2"], handle.Coverage.Reached);
        Assert.Contains(trampoline ? "fentry" : "kprobe", handle.Coverage.Notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Function_WhereTheKernelHasNoWay_IsRefusedWithWhatItLacks()
    {
        Require.Capability(CapabilityNames.Btf);
        await using InstrumentationSession session = await KernelSession.StartAsync();
        foreach (FunctionWay way in Enum.GetValues<FunctionWay>())
        {
            if (KernelCapabilities.Has(CapabilityOf(way)))
            {
                continue;
            }

            await AssertRefusedAsync(session, Function("do_sys_openat2", way), way);
        }
    }

    [Fact]
    public async Task Names_ThatAreWrong_AreRefused()
    {
        Require.Capability(CapabilityNames.Btf);
        await using InstrumentationSession session = await KernelSession.StartAsync();
        PlaceNotFoundException unknown = await Assert.ThrowsAsync<PlaceNotFoundException>(() => session.AttachAsync(Probe.KernelFunction("do_sys_openat3")));
        Assert.Contains("do_sys_openat2", unknown.Nearest);
        await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.KernelFunction("do_sys_openat2").OnThrow()));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Expressions_ThatAreWrong_AreRefused(string named)
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        FunctionWay way = Enum.Parse<FunctionWay>(named);
        if (!Require.Has(CapabilityOf(way)))
        {
            await AssertRefusedAsync(session, Function("do_sys_openat2", way), way);
            return;
        }

        ExpressionException argument = await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Function("do_sys_openat2", way).When(c => c.Arg<int>("dfdd") == 0)));
        Assert.Contains("'dfd'", argument.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Function("do_sys_openat2", way).When(c => c.Arg<int>(3) == 0)));
        ExpressionException nothing = await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Function("fd_install", way).OnReturn().When(c => c.Return<int>() == 0)));
        Assert.Contains("returns nothing", nothing.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Function("do_sys_openat2", way).OnEntry().When(c => c.Return<int>() == 0)));
        Assert.Empty(session.Probes);
    }

    private static ProbeSpec Function(string name, FunctionWay way) => new(new KernelFunctionPoint(name) { Way = way });

    private static string CapabilityOf(FunctionWay way) => way switch
    {
        FunctionWay.Trampoline => CapabilityNames.ProgramFunction,
        FunctionWay.Kprobe => CapabilityNames.KprobeUnit,
        _ => CapabilityNames.KprobeMulti,
    };

    private static async Task AssertRefusedAsync(InstrumentationSession session, ProbeSpec spec, params FunctionWay[] ways)
    {
        MissingCapabilityException missing = await Assert.ThrowsAsync<MissingCapabilityException>(() => session.AttachAsync(spec));
        Assert.All(ways, way => Assert.Contains(CapabilityOf(way), missing.Missing.Select(static one => one.Name)));
        Assert.NotEmpty(missing.Mend);
        Assert.Equal(spec.Point.Describe(), missing.Place);
        ProbeCoverage coverage = new EbpfBackend().CanAttach(spec);
        Assert.Equal((ProbeState.Blind, missing.Why), (coverage.State, coverage.Gaps[0].Reason));
        Assert.Empty(session.Probes);
    }

    private static int NewPoll()
    {
        int poll = EpollCreate(0);
        Assert.True(poll > 0);
        return poll;
    }

    private static void Change(int poll, uint operation, int inside)
    {
        PollEvent readable = new() { Events = EventReadable };
        Assert.Equal(0, EpollControl(poll, operation, inside, ref readable));
    }

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct PollEvent
    {
        public uint Events;
        public ulong Data;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "getpgid")]
    private static partial int GetProcessGroup(int process);

    [LibraryImport("libc", EntryPoint = "epoll_create1")]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl")]
    private static partial int EpollControl(int poll, uint operation, int descriptor, ref PollEvent change);
}
