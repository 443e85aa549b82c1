using System.Diagnostics;
using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;
using Instrumentation.Events;
using Instrumentation.Spans;

namespace Instrumentation.Ebpf.Tests.Contexts;

/// <summary>What records of the kernel say of their cause. Contexts are written here as hooks of .NET methods write them.</summary>
[Collection(nameof(AloneCollection))]
[Trait("Kernel", "Matrix")]
public sealed class AttributionTests
{
    private const int Threads = 8;
    private const int Calls = 500;

    private sealed record Call(int Descriptor, long Span, string? Name);

    [Fact]
    public async Task Records_HaveTheSpanAndTheActivityOfTheirThread_AndOfNoOther()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle<Call> handle = await session.AttachAsync(Probe.Syscall("fsync").ThisProcess().When(c => c.Arg<int>("fd") < -1).Capture(c => new Call(c.Arg<int>("fd"), c.Span, c.Comm)));
        AggregateHandle<CountTable<long>> counts = await session.AttachAsync(Probe.Syscall("fsync").OnEntry().ThisProcess().When(c => c.Arg<int>("fd") < -1).CountBy(c => c.Span >> 20));
        Thread[] threads = [.. Enumerable.Range(1, Threads).Select(static number => new Thread(() => Run(number)))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        await handle.DisposeAsync();
        Dictionary<int, int> seen = [];
        await foreach (ProbeEvent<Call> one in handle.Events)
        {
            int number = (-one.Value.Descriptor) >> 16;
            int call = (-one.Value.Descriptor) & 0xffff;
            seen[number] = seen.GetValueOrDefault(number) + 1;
            Assert.Equal((SpanOf(number, call), SpanOf(number, call)), (one.Value.Span, one.Event.Span.Id));
            ActivityContext? activity = one.Event.Activity;
            Assert.Equal(call % 3 == 0 ? null : Convert.ToHexStringLower(ActivityOf(number, call)), activity is { } known ? known.TraceId.ToHexString() + known.SpanId.ToHexString() : null);
            Assert.True(one.Value.Name?.Length > 0, "the fields lie where they are read");
        }

        Assert.Equal(Enumerable.Range(1, Threads).Select(static number => (number, Calls)), seen.OrderBy(static one => one.Key).Select(static one => (one.Key, one.Value)));
        Assert.Equal((0, 0), (handle.Statistics.Lost, handle.Statistics.Faults));
        Assert.Equal(Threads * Calls, counts.Read().Total);
        Assert.Equal(Enumerable.Range(1, Threads).Select(static number => (long)number), counts.Read().Rows.Select(static row => row.Key).Where(static key => key != 0).Order());
    }

    [Fact]
    public async Task Innermost_IsTheSynchronousSpan_WhileItsFlowRuns()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle<long> handle = await session.AttachAsync(Probe.Syscall("fsync").ThisProcess().When(c => c.Arg<int>("fd") == -77).Capture(c => c.Span));
        (long Flow, long Sync, long SyncFlow)[] states = [(0, 0, 0), (5, 0, 0), (0, 7, 0), (5, 7, 5), (6, 7, 5), (5, 7, 0)];
        foreach ((long flow, long sync, long syncFlow) in states)
        {
            ref ThreadContext own = ref OwnSlot.Get();
            (own.Flow, own.Sync, own.SyncFlow) = (flow, sync, syncFlow);
            _ = NativeCalls.Fsync(-77);
            (own.Flow, own.Sync, own.SyncFlow) = (0, 0, 0);
        }

        await handle.DisposeAsync();
        List<ProbeEvent<long>> seen = [];
        await foreach (ProbeEvent<long> one in handle.Events)
        {
            seen.Add(one);
        }

        Assert.Equal([0, 5, 7, 7, 6, 5], seen.Select(static one => one.Value));
        Assert.Equal([0, 5, 7, 7, 6, 5], seen.Select(static one => one.Event.Span.Id));
        Assert.All(seen, static one => Assert.Null(one.Event.Activity));
    }

    [Fact]
    public async Task OffCpu_IsOfTheThreadThatWaited()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle<long> handle = await session.AttachAsync(Probe.OffCpu().When(c => c.Arg<OffCpuReason>("reason") == OffCpuReason.Sleep && c.Span != 0).Capture(c => c.Span));
        Thread[] threads = [.. Enumerable.Range(1, Threads).Select(static number => new Thread(() =>
        {
            Write(number, 1);
            for (int i = 0; i < 10; i++)
            {
                WaitCalls.Sleep(2);
            }

            OwnSlot.Get() = default(ThreadContext) with { ThreadId = OwnSlot.Get().ThreadId };
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        await handle.DisposeAsync();
        List<ProbeEvent<long>> seen = [];
        await foreach (ProbeEvent<long> one in handle.Events)
        {
            seen.Add(one);
        }

        Assert.All(seen, static one => Assert.Equal(one.Value, one.Event.Span.Id));
        Assert.Equal(Enumerable.Range(1, Threads).Select(static number => SpanOf(number, 1)), seen.Select(static one => one.Value).Distinct().Order());
        Assert.All(seen.GroupBy(static one => one.Value), static group => Assert.InRange(group.Count(), 5, 10));
        Assert.All(seen.GroupBy(static one => one.Value), static group => Assert.Single(group.Select(static one => one.Event.ThreadId).Distinct()));
    }

    [Fact]
    public async Task OffCpuStacks_BeginWithTheMethodOfTheSpan()
    {
        int[] sites = [.. Enumerable.Range(1, 2).Select(static number => ProbeSite.RegisterAll([$"Shop.Orders::Route{number}"], "test").Number)];
        await using InstrumentationSession session = await KernelSession.StartAsync();
        AggregateHandle<StackProfile> handle = await session.AttachAsync(Probe.OffCpu().When(c => c.Arg<OffCpuReason>("reason") == OffCpuReason.Sleep && c.Span != 0).StacksBy(c => c.Duration, 64));
        Thread[] threads = [.. sites.Select((site, index) => new Thread(() =>
        {
            OwnSlot.Get().Flow = SpanId.Prefix(site) | 7;
            WaitCalls.Sleep(20 * (index + 1));
            WaitCalls.Sleep(20 * (index + 1));
            OwnSlot.Get().Flow = 0;
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        await handle.DisposeAsync();
        Assert.All(handle.Read().Stacks, static stack => Assert.StartsWith("Shop.Orders::Route", stack.Frames[^1].Name, StringComparison.Ordinal));
        for (int route = 1; route <= sites.Length; route++)
        {
            long weight = handle.Read().Stacks.Where(stack => stack.Frames[^1].Name.EndsWith($"{route}", StringComparison.Ordinal)).Sum(static stack => stack.Weight);
            Assert.InRange(weight, 20_000_000L * route, 10_000_000_000L);
        }
    }

    [Fact]
    public async Task Memory_IsTheProcesssOwnAgain_WhenNoProbeNeedsIt()
    {
        ObjectCounts before = Settled.Counts();
        for (int round = 0; round < 3; round++)
        {
            await using InstrumentationSession session = await KernelSession.StartAsync();
            ProbeHandle one = await session.AttachAsync(Probe.Syscall("fsync").ThisProcess());
            AggregateHandle<CountSnapshot> other = await session.AttachAsync(Probe.Syscall("fsync").ThisProcess().When(c => c.Span == 42).Count());
            int thread = OwnSlot.Get().ThreadId;
            Assert.Equal(NativeCalls.ThreadId(), thread);
            await one.DisposeAsync();
            Assert.Equal(1, Mappings());
            OwnSlot.Get().Flow = 42;
            _ = NativeCalls.Fsync(-1);
            OwnSlot.Get().Flow = 0;
            Assert.Equal(1, other.Read().Total);
            await other.DisposeAsync();
            Assert.Equal(0, Mappings());
        }

        Assert.Equal(before, ObjectCounts.OfProcess());
        OwnSlot.Get().Flow = 1;
        Assert.Equal(1, OwnSlot.Get().Flow);
        OwnSlot.Get().Flow = 0;
    }

    private static int Mappings() => File.ReadLines("/proc/self/maps").Count(static line => line.Contains("anon_inode:bpf-map", StringComparison.Ordinal) && Length(line) == ThreadContexts.Capacity * ThreadContext.Bytes);

    private static long Length(string line)
    {
        string[] ends = line[..line.IndexOf(' ', StringComparison.Ordinal)].Split('-');
        return Convert.ToInt64(ends[1], 16) - Convert.ToInt64(ends[0], 16);
    }

    private static void Run(int number)
    {
        for (int call = 0; call < Calls; call++)
        {
            Write(number, call);
            _ = NativeCalls.Fsync(-((number << 16) | call));
        }

        OwnSlot.Get() = default(ThreadContext) with { ThreadId = OwnSlot.Get().ThreadId };
    }

    private static void Write(int number, int call)
    {
        ref ThreadContext own = ref OwnSlot.Get();
        own.Flow = SpanOf(number, call);
        own.Activity = call % 3 == 0 ? default : MemoryMarshal.Read<ActivityIds>(ActivityOf(number, call));
    }

    private static long SpanOf(int number, int call) => ((long)number << 20) | (uint)call;

    private static byte[] ActivityOf(int number, int call) => [.. Enumerable.Range(0, 24).Select(i => (byte)(number + call + (i * 7) + 1))];
}
