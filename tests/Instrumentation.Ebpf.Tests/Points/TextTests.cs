using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Points;

/// <summary>Text that programs read, compare and record.</summary>
public sealed class TextTests
{
    private sealed record Opened(string? Path, int Result, string Thread);

    [Fact]
    public async Task OpenAt_OfMissingFiles_TellsTheirNames()
    {
        string missing = $"/tmp/instr-ä€-{Environment.ProcessId}-";
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle<Opened> failed = await session.AttachAsync(
            Probe.Syscall("openat").OnReturn().ThisProcess()
                .When(c => c.Return<int>() < 0 && c.String(c.Arg<nint>("filename")).StartsWith(missing))
                .Capture(c => new Opened(c.String(c.Arg<nint>("filename")), c.Return<int>(), c.Comm)));
        Watch(() =>
        {
            for (int i = 0; i < 5; i++)
            {
                Assert.False(TryOpen(missing + i));
            }

            Assert.False(TryOpen("/tmp/another-" + Environment.ProcessId));
        });
        await failed.DisposeAsync();
        List<Opened> seen = [];
        await foreach (ProbeEvent<Opened> one in failed.Events)
        {
            Assert.Empty(one.Event.Faults);
            seen.Add(one.Value);
        }

        Assert.Equal(Enumerable.Range(0, 5).Select(i => new Opened(missing + i, -2, "instr-text")), seen);
        Assert.Equal(0, failed.Statistics.Lost);
    }

    [Fact]
    public async Task Text_LongerThanTheRoom_IsCutAndSaysSo()
    {
        string path = "/tmp/" + new string('x', 600) + "/" + Environment.ProcessId;
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle<string> opened = await session.AttachAsync(
            Probe.Syscall("openat").OnReturn().ThisProcess()
                .When(c => c.String(c.Arg<nint>("filename")).StartsWith("/tmp/xxxxxxxxxxxxxxxxxxxxxxxxxxx"))
                .Capture(c => c.String(c.Arg<nint>("filename"))));
        Watch(() => Assert.False(TryOpen(path)));
        await opened.DisposeAsync();
        int events = 0;
        await foreach (ProbeEvent<string> one in opened.Events)
        {
            events++;
            Assert.Equal((path[..256], true), (one.Value, one.Event.Truncated));
        }

        Assert.Equal(1, events);
    }

    [Fact]
    public async Task Text_AtABadAddress_IsNullWithAFault()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle<string> read = await session.AttachAsync(
            Probe.Syscall("fsync").OnEntry().ThisProcess().When(c => c.Arg<int>(0) == -77).Capture(c => c.String((nint)(8 + c.Arg<int>(0) + 77))));
        _ = NativeCalls.Fsync(-77);
        await read.DisposeAsync();
        int events = 0;
        await foreach (ProbeEvent<string> one in read.Events)
        {
            events++;
            Assert.Null(one.Value);
            Assert.Single(one.Event.Faults);
        }

        Assert.Equal((1, 1), (events, read.Statistics.Faults));
    }

    [Fact]
    public async Task KernelPaths_OfTheTask_AreThoseOfThisProcess()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        var read = await session.AttachAsync(
            Probe.Syscall("fsync").OnEntry().ThisProcess().When(c => c.Kernel<int>("task->tgid") == c.ProcessId && c.Arg<int>(0) == -78)
                .Capture(c => new { Parent = c.Kernel<int>("task->real_parent->tgid"), Name = c.KernelString("task->group_leader->comm"), c.UserId }));
        _ = NativeCalls.Fsync(-78);
        await read.DisposeAsync();
        int events = 0;
        await foreach (var one in read.Events)
        {
            events++;
            string[] status = File.ReadAllLines("/proc/self/status");
            Assert.Equal(int.Parse(status.First(static line => line.StartsWith("PPid:", StringComparison.Ordinal))[5..].Trim(), System.Globalization.CultureInfo.InvariantCulture), one.Value.Parent);
            Assert.Equal(status.First(static line => line.StartsWith("Name:", StringComparison.Ordinal))[5..].Trim(), one.Value.Name);
        }

        Assert.Equal(1, events);
    }

    private static bool TryOpen(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void Watch(Action run)
    {
        Thread thread = new(() => run()) { Name = "instr-text" };
        thread.Start();
        thread.Join();
    }
}
