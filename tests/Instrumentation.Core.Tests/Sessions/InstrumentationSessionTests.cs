using Instrumentation.Backends;
using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;

namespace Instrumentation.Core.Tests.Sessions;

[Collection(ProcessWideCollection.Name)]
public sealed class InstrumentationSessionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AttachAsync_KindsOfSpecs_GiveTheirKindsOfHandles()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle plain = await session.AttachAsync(FakeSession.Spec("plain"), Cancellation);
        ProbeHandle<int> typed = await session.AttachAsync(FakeCapture.Spec("typed", () => 1), Cancellation);
        AggregateHandle<CountSnapshot> count = await session.AttachAsync(FakeSession.Spec("count").Count(), Cancellation);
        Assert.Equal([plain, typed, count], session.Probes);
        Assert.Equal(["plain", "typed", "count"], session.Probes.Select(static probe => probe.Name));
        Assert.All(session.Probes, static probe => Assert.Equal(ProbeState.Armed, probe.State));
        Assert.Equal(0, count.Read().Total);
    }

    [Fact]
    public async Task AttachAsync_BackendFails_LeavesNothingBehind()
    {
        ProbeRuntime? seen = null;
        FakeBackend backend = new()
        {
            OnAttach = (runtime, _) =>
            {
                seen = runtime;
                ProbeSlots.Open(runtime);
                throw new PlaceNotFoundException("nowhere", "there is no such place.", []);
            },
        };
        await using InstrumentationSession session = await FakeSession.StartAsync(backend: backend);
        await Assert.ThrowsAsync<PlaceNotFoundException>(() => session.AttachAsync(FakeSession.Spec("nowhere"), Cancellation));
        Assert.Empty(session.Probes);
        Assert.Null(ProbeSlots.FindById(seen!.Id));
    }

    [Fact]
    public async Task AttachAsync_Cancelled_ThrowsAndLeavesNothingBehind()
    {
        FakeBackend backend = new() { OnAttach = static (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation) };
        await using InstrumentationSession session = await FakeSession.StartAsync(backend: backend);
        using CancellationTokenSource stop = new();
        Task<ProbeHandle> attaching = session.AttachAsync(FakeSession.Spec("slow"), stop.Token);
        Assert.False(attaching.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attaching);
        Assert.Empty(session.Probes);
    }

    [Fact]
    public async Task AttachAsync_NoBackendHandlesThePoint_SaysWhatWouldHelp()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        BackendUnavailableException exception = await Assert.ThrowsAsync<BackendUnavailableException>(() => session.AttachAsync(new ProbeSpec(new ForeignPoint()), Cancellation));
        Assert.Equal(BackendUnavailableReason.NoBackend, exception.Reason);
        Assert.Contains("mars", exception.Message, StringComparison.Ordinal);
        Assert.Throws<BackendUnavailableException>(() => session.CanAttach(new ProbeSpec(new ForeignPoint())));
    }

    [Fact]
    public async Task AttachAsync_AfterDispose_Throws()
    {
        InstrumentationSession session = await FakeSession.StartAsync();
        await session.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.AttachAsync(FakeSession.Spec("late"), Cancellation));
    }

    [Fact]
    public async Task DisposeAsync_WhileAnAttachIsUnderWay_WaitsAndDetachesIt()
    {
        TaskCompletionSource goOn = new();
        FakeBackend backend = new() { OnAttach = (_, _) => goOn.Task };
        InstrumentationSession session = await FakeSession.StartAsync(backend: backend);
        Task<ProbeHandle> attaching = session.AttachAsync(FakeSession.Spec("slow"), Cancellation);
        ValueTask disposing = session.DisposeAsync();
        await Task.Delay(50, Cancellation);
        Assert.False(disposing.IsCompleted);
        goOn.SetResult();
        await disposing;
        Assert.Equal(ProbeState.Detached, (await attaching).State);
        Assert.Equal(1, backend.Detached);
    }

    [Fact]
    public async Task DisposeAsync_ManyTimesAtOnce_DetachesOnce()
    {
        FakeBackend backend = new();
        InstrumentationSession session = await FakeSession.StartAsync(backend: backend);
        await session.AttachAsync(FakeSession.Spec("a"), Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () => await session.DisposeAsync(), Cancellation)));
        await session.DisposeAsync();
        Assert.Equal(1, backend.Detached);
        Assert.Empty(session.Probes);
    }

    [Fact]
    public async Task DisposeAsync_LastSession_EndsThePumpAndLeavesNoHandle()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        await StartAndEndAsync();
        int before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        for (int i = 0; i < 20; i++)
        {
            await StartAndEndAsync();
        }

        Assert.InRange(Directory.GetFileSystemEntries("/proc/self/fd").Length, 0, before + 3);
        await FakeSession.UntilAsync(static () => PumpThreads() == 0);
    }

    [Fact]
    public async Task DisposeAsync_OneOfTwoSessions_LeavesTheOtherAlive()
    {
        InstrumentationSession first = await FakeSession.StartAsync();
        InstrumentationSession second = await FakeSession.StartAsync();
        ProbeHandle probe = await second.AttachAsync(FakeSession.Spec("a"), Cancellation);
        await first.DisposeAsync();
        FakeSession.OnThread(() => FakeHook.Hit(probe));
        await FakeSession.UntilAsync(() => second.Events.Delivered == 1);
        Assert.Equal(0, first.Events.Delivered);
        Assert.InRange(PumpThreads(), OperatingSystem.IsLinux() ? 1 : 0, 2);
        await second.DisposeAsync();

        // The system's thread ends a moment after the runtime's was joined.
        await FakeSession.UntilAsync(static () => PumpThreads() == 0);
    }

    [Fact]
    public async Task Capabilities_OfABackend_PrintWhatIsMissingAndTheMend()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        CapabilityReport report = session.Capabilities;
        Assert.Equal(CapabilityAnswer.Yes, report["fake.hooks"]!.Answer);
        Assert.Null(report["fake.unknown"]);
        Assert.Equal(
            $"fake{Environment.NewLine}  fake.hooks   yes{Environment.NewLine}  fake.kernel  no   needs a kernel; install one",
            report.ToString());
    }

    [Theory]
    [InlineData(100)]
    [InlineData(5000)]
    [InlineData(0)]
    public async Task StartAsync_RingSizeOutOfRange_ThrowsAndStartsNothing(int bytes)
    {
        SpecException exception = await Assert.ThrowsAsync<SpecException>(() => FakeSession.StartAsync(new InstrumentationOptions { RingBytesPerThread = bytes }));
        Assert.Contains("power of two", exception.Message, StringComparison.Ordinal);
        await FakeSession.UntilAsync(static () => PumpThreads() == 0);
    }

    private static async Task StartAndEndAsync()
    {
        InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("a"), Cancellation);
        FakeHook.Hit(probe);
        await session.DisposeAsync();
    }

    private static int PumpThreads() => !OperatingSystem.IsLinux() ? 0 : Directory.GetDirectories("/proc/self/task").Count(static task =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).StartsWith(EventPump.ThreadName, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    });

    private sealed record ForeignPoint : ProbePoint
    {
        public override string Describe() => "mars";
    }
}
