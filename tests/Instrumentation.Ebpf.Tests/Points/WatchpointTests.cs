using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Stacks;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Points;

/// <summary>Fields that are written a known number of times.</summary>
[Collection(PerfEventTests.Name)]
public sealed class WatchpointTests
{
    private const int Writes = 200;
    private const string Self = "Instrumentation.Ebpf.Tests.Points.WatchpointTests";
    private readonly long[] _fields = GC.AllocateArray<long>(2, pinned: true);
    private readonly nint _address;

    public WatchpointTests() => _address = Marshal.UnsafeAddrOfPinnedArrayElement(_fields, 0);

    private sealed record Written(CodeAddress Who, int Thread);

    [Fact]
    public async Task Writes_OfAllThreads_AreSeenEachOnce()
    {
        Require.Capability(CapabilityNames.ProgramPerfEvent);
        await using InstrumentationSession session = await KernelSession.StartAsync();
        using ManualResetEventSlim go = new();
        Thread before = new(() =>
        {
            go.Wait();
            Write(Writes);
        });
        before.Start();
        ProbeHandle<Written> handle = await session.AttachAsync(
            Watch().Capture(c => new Written(c.Arg<CodeAddress>("instruction"), c.ThreadId)));
        Assert.Equal(ProbeState.Armed, handle.State);
        Assert.Contains(handle.Coverage.Notes, static note => note.Contains("all threads", StringComparison.Ordinal));
        Write(Writes);
        go.Set();
        before.Join();
        Thread after = new(() => Write(Writes));
        after.Start();
        after.Join();
        Assert.Equal(3 * Writes, handle.Statistics.Hits);
        await handle.DisposeAsync();
        Write(Writes);
        Assert.Equal(3 * Writes, handle.Statistics.Hits);
        List<ProbeEvent<Written>> seen = [];
        await foreach (ProbeEvent<Written> one in handle.Events)
        {
            seen.Add(one);
        }

        Assert.Equal(3 * Writes, seen.Count);
        Assert.Equal([Writes, Writes, Writes], seen.GroupBy(static one => one.Value.Thread).Select(static one => one.Count()));
        Assert.All(seen, static one => Assert.Equal($"{Self}::Write", one.Value.Who.ToString()));
        Assert.False(File.Exists(RuntimePerfMap.FilePath));
    }

    [Fact]
    public async Task Stacks_OfWrites_SayWhoCalled()
    {
        Require.Capability(CapabilityNames.ProgramPerfEvent);
        await using InstrumentationSession session = await KernelSession.StartAsync();
        AggregateHandle<StackProfile> handle = await session.AttachAsync(Watch().Stacks(64));
        CallWrite();
        await handle.DisposeAsync();
        StackProfile profile = handle.Read();
        Assert.Equal(Writes, profile.Total);
        Assert.All(profile.Stacks, static stack => Assert.Equal([$"{Self}::Write", $"{Self}::CallWrite"], stack.Frames.Take(2).Select(static frame => frame.Name)));
    }

    [Fact]
    public async Task Condition_AndReads_AreTold()
    {
        Require.Capability(CapabilityNames.ProgramPerfEvent);
        await using InstrumentationSession session = await KernelSession.StartAsync();
        AggregateHandle<CountSnapshot> writes = await session.AttachAsync(Probe.Watchpoint(_address, 8, WatchAccess.Write).Count());
        AggregateHandle<CountSnapshot> both = await session.AttachAsync(Probe.Watchpoint(_address, 8, WatchAccess.Read | WatchAccess.Write).Count());
        long other = _address + sizeof(long);
        AggregateHandle<CountSnapshot> low = await session.AttachAsync(Probe.Watchpoint(_address, 2, WatchAccess.Write).When(c => c.Memory<byte>(other) == 1).Count());
        _fields[1] = 0;
        Write(10);
        _fields[1] = 1;
        Write(5);
        long sum = 0;
        for (int i = 0; i < 7; i++)
        {
            sum += Volatile.Read(ref _fields[0]);
        }

        Assert.NotEqual(-1, sum);
        using (FileStream zero = new("/dev/zero", FileMode.Open, FileAccess.Read, FileShare.Read, 0))
        {
            // The kernel writes it, which the coverage says is not seen.
            _fields[0] = 1;
            zero.ReadExactly(MemoryMarshal.AsBytes(_fields.AsSpan(0, 1)));
            Assert.Equal(0, _fields[0]);
        }

        Assert.Equal((16, 24, 6), (writes.Read().Total, both.Read().Total, low.Read().Total));
    }

    [Fact]
    public async Task Wrong_AddressesLengthsAndAccesses_AreRefused()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ObjectCounts before = Settled.Counts();
        foreach (ProbeSpec wrong in new ProbeSpec[]
        {
            Probe.Watchpoint(_address, 3),
            Probe.Watchpoint(_address, 0),
            Probe.Watchpoint(_address, 16),
            Probe.Watchpoint(_address + 4, 8),
            Probe.Watchpoint(_address + 1, 2),
            Probe.Watchpoint(0, 8),
            Probe.Watchpoint(unchecked((nint)0xffffffff81000000), 8),
            Probe.Watchpoint(_address, 8, WatchAccess.None),
            Probe.Watchpoint(_address, 8, WatchAccess.Write | WatchAccess.Execute),
            Probe.Watchpoint(_address, 8).OnReturn(),
        })
        {
            SpecException error = await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(wrong));
            Assert.NotEmpty(error.Mend);
        }

        await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.Watchpoint(_address, 8).Process(1).Capture(c => c.Arg<CodeAddress>("instruction"))));
        Assert.Equal(before, ObjectCounts.OfProcess());
    }

    [Fact]
    public async Task MoreThanTheProcessorHas_AreRefusedByName()
    {
        Require.Capability(CapabilityNames.ProgramPerfEvent);
        await using InstrumentationSession session = await KernelSession.StartAsync();
        List<ProbeHandle> attached = [];
        ObjectCounts before = Settled.Counts();
        KernelCallException? error = null;
        while (error is null && attached.Count < 32)
        {
            before = ObjectCounts.OfProcess();
            try
            {
                attached.Add(await session.AttachAsync(Watch().Count()));
            }
            catch (KernelCallException full)
            {
                error = full;
            }
        }

        Assert.NotNull(error);
        Assert.Equal("ENOSPC", error.ErrorName);
        Assert.Contains("four", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, ObjectCounts.OfProcess());
        await attached[0].DisposeAsync();
        await using ProbeHandle again = await session.AttachAsync(Watch().Count());
        Write(3);
        Assert.Equal(3, again.Statistics.Hits);
    }

    private ProbeSpec Watch() => Probe.Watchpoint(_address, 8);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private int CallWrite()
    {
        Write(Writes);
        return (int)_fields[0];
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void Write(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Volatile.Write(ref _fields[0], i);
        }
    }
}
