using System.Diagnostics;
using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Points;

/// <summary>System calls that this process and others make.</summary>
[Collection(nameof(AloneCollection))]
[Trait("Kernel", "Matrix")]
public sealed partial class SyscallTests
{
    private sealed record Sync(int Descriptor, long Result, TimeSpan Took);

    [Fact]
    public async Task Call_OfThisProcess_HasArgumentsResultAndDuration()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle<Sync> handle = await session.AttachAsync(
            Probe.Syscall("fsync").ThisProcess().Capture(c => new Sync(c.Arg<int>("fd"), c.Return<long>(), c.Duration)));
        Assert.Equal(ProbeState.Armed, handle.State);
        string path = Path.GetTempFileName();
        int descriptor;
        using (FileStream file = new(path, FileMode.Create))
        {
            descriptor = (int)file.SafeFileHandle.DangerousGetHandle();
            for (int i = 0; i < 3; i++)
            {
                file.WriteByte(1);
                file.Flush(flushToDisk: true);
            }
        }

        Assert.Equal(-1, Fsync(-1));
        await handle.DisposeAsync();
        List<ProbeEvent<Sync>> seen = [];
        await foreach (ProbeEvent<Sync> one in handle.Events)
        {
            seen.Add(one);
        }

        File.Delete(path);
        Assert.Equal([(descriptor, 0L), (descriptor, 0L), (descriptor, 0L), (-1, -9L)], seen.Select(static one => (one.Value.Descriptor, one.Value.Result)));
        Assert.All(seen, one =>
        {
            Assert.Equal(Environment.ProcessId, one.Event.ProcessId);
            Assert.InRange(one.Event.Processor, 0, Environment.ProcessorCount - 1);
            Assert.Equal("syscall fsync", one.Event.Site);
            Assert.Equal(ProbeEdge.Call, one.Event.Edge);
            Assert.InRange(one.Value.Took, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(30));
            Assert.Equal(one.Value.Took, one.Event.Duration);
        });
        Assert.True(seen.Zip(seen.Skip(1)).All(static pair => pair.First.Event.Timestamp <= pair.Second.Event.Start));
    }

    [Fact]
    public async Task Count_WithACondition_CountsWhatPasses()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        AggregateHandle<CountSnapshot> all = await session.AttachAsync(Probe.Syscall("fsync").OnEntry().ThisProcess().When(c => c.Arg<int>(0) < 0).Count());
        AggregateHandle<CountSnapshot> some = await session.AttachAsync(Probe.Syscall("fsync").OnReturn().ThisProcess().When(c => c.Arg<int>(0) == -5 && c.Return<int>() == -9).Count());
        for (int i = 0; i < 1000; i++)
        {
            _ = Fsync(-1 - (i % 10));
        }

        Assert.Equal((1000, 100), (all.Read().Total, some.Read().Total));
        await all.DisposeAsync();
        await some.DisposeAsync();
        _ = Fsync(-5);
        Assert.Equal((1000, 100), (all.Read().Total, some.Read().Total));
    }

    [Fact]
    public async Task Calls_OfAnotherProcess_AreSeenByItsId()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle everywhere = await session.AttachAsync(Probe.Syscall("chdir").OnEntry());
        using Process shell = Process.Start(new ProcessStartInfo("sh", ["-c", "cd /; cd /tmp; cd /"]))!;
        await shell.WaitForExitAsync();
        await everywhere.DisposeAsync();
        IReadOnlyList<ProbeEvent> events = await KernelSession.EndAsync(session);
        Assert.Equal(3, events.Count(one => one.ProcessId == shell.Id));
    }

    [Fact]
    public async Task Execve_OfRealPrograms_KeepsTheArgumentsThatTheNewProgramOverwrites()
    {
        const int Programs = 5;
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle<string> entered = await session.AttachAsync(
            Probe.Syscall("execve").OnEntry().When(c => c.String(c.Arg<nint>("filename")).EndsWith("/true")).Capture(c => c.String(c.Arg<nint>("filename"))));
        var ended = await session.AttachAsync(Probe.Syscall("execve").Capture(c => new { Name = c.Arg<long>("filename"), Result = c.Return<int>(), c.Comm }));
        HashSet<int> ids = [];
        for (int i = 0; i < Programs; i++)
        {
            using Process program = Process.Start("/bin/true");
            await program.WaitForExitAsync();
            ids.Add(program.Id);
        }

        await entered.DisposeAsync();
        await ended.DisposeAsync();
        List<int> seen = [];
        await foreach (ProbeEvent<string> one in entered.Events)
        {
            seen.Add(one.Event.ProcessId);
        }

        Assert.Equal(ids.Order(), seen.Where(ids.Contains).Order());
        int returned = 0;
        await foreach (var one in ended.Events)
        {
            if (ids.Contains(one.Event.ProcessId))
            {
                returned++;
                Assert.NotEqual(0, one.Value.Name);
                Assert.Equal((0, "true"), (one.Value.Result, one.Value.Comm));
            }
        }

        Assert.Equal(Programs, returned);
    }

    [Fact]
    public async Task Detach_LeavesNothingInTheKernel()
    {
        Require.Bpf();
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ObjectCounts before = Settled.Counts();
        for (int i = 0; i < 5; i++)
        {
            await using ProbeHandle call = await session.AttachAsync(Probe.Syscall("fsync").ThisProcess());
            await using AggregateHandle<CountSnapshot> count = await session.AttachAsync(Probe.Syscall("fsync").OnEntry().Count());
            Assert.NotEqual(before, ObjectCounts.OfProcess());
        }

        Assert.Equal(before, ObjectCounts.OfProcess());
    }

    [Fact]
    public async Task Specs_ThatAreWrong_AreRefusedAndLeaveNothing()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ObjectCounts before = Settled.Counts();
        PlaceNotFoundException unknown = await Assert.ThrowsAsync<PlaceNotFoundException>(() => session.AttachAsync(Probe.Syscall("fsinc")));
        Assert.Contains("fsync", unknown.Message, StringComparison.Ordinal);
        ExpressionException argument = await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.Syscall("fsync").When(c => c.Arg<int>("fdd") > 1)));
        Assert.Contains("'fd'", argument.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.Syscall("fsync").When(c => c.Arg<int>(6) > 1)));
        await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.Syscall("fsync").OnEntry().When(c => c.Return<int>() > 1)));
        await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.Syscall("fsync").OnEntry().When(c => c.Duration > TimeSpan.Zero)));
        await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.Syscall("fsync").OnThrow()));
        Assert.Equal(before, ObjectCounts.OfProcess());
        Assert.Empty(session.Probes);
    }

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Fsync(int descriptor);
}
