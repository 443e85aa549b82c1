using Instrumentation.Backends;
using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Governor;
using static Instrumentation.Core.Tests.Extending.PulseSession;

namespace Instrumentation.Core.Tests.Extending;

/// <summary>Backends of users in sessions: also those that fail, give nonsense or report when nobody wants it.</summary>
[Collection(ProcessWideCollection.Name)]
public sealed class ExtensionBackendTests
{
    [Fact]
    public async Task TwoBackendsForOnePoint_TheFirstHasTheProbe()
    {
        PulseBackend first = new("first");
        PulseBackend second = new("second");
        await using InstrumentationSession session = await StartAsync(first, second);

        await session.AttachAsync(Spec(), Cancelled);

        Assert.Equal((1, 0), (first.Attached, second.Attached));
        Assert.Equal(["first", "second"], session.Capabilities.ByBackend.Keys);
    }

    [Theory]
    [InlineData("pulse", "pulse")]
    [InlineData("pulse", " ")]
    public async Task Start_WithNamesThatTellNothing_IsRefused(string first, string second) =>
        await Assert.ThrowsAsync<SpecException>(() => StartAsync(new PulseBackend(first), new PulseBackend(second)));

    [Fact]
    public async Task Start_WithoutABackend_IsRefused()
    {
        await Assert.ThrowsAsync<SpecException>(() => StartAsync([null!]));
        await Assert.ThrowsAsync<SpecException>(() => InstrumentationSession.StartBareAsync(new InstrumentationOptions { Backends = null! }, Cancelled));
    }

    [Fact]
    public async Task Attach_ThatThrowsOrGivesNothing_LeavesNothing()
    {
        InvalidOperationException cause = new("no pulse");
        foreach (PulseBackend backend in new[]
        {
            new PulseBackend { OnAttach = (_, _) => throw cause },
            new PulseBackend { OnAttach = async (_, _) => { await Task.Yield(); throw cause; } },
            new PulseBackend { OnHandles = _ => throw cause },
            new PulseBackend { OnShape = _ => throw cause },
            new PulseBackend { GivesNull = true },
            new PulseBackend { OnShape = _ => null! },
            new PulseBackend { OnShape = _ => new HitShape([new("a", typeof(int)), new("a", typeof(int))]) },
            new PulseBackend { OnShape = _ => new HitShape([new("", typeof(int))]) },
            new PulseBackend { OnShape = _ => new HitShape([new("a", typeof(object))]) },
            new PulseBackend { OnShape = _ => new HitShape([new("a", typeof(int?))]) },
            new PulseBackend { OnShape = _ => new HitShape(null!) },
            new PulseBackend { OnShape = _ => new HitShape([null!]) },
            new PulseBackend { OnShape = _ => new HitShape([new("a", null!)]) },
        })
        {
            await using InstrumentationSession session = await StartAsync(backend);

            BackendFailedException failure = await Assert.ThrowsAsync<BackendFailedException>(() => session.AttachAsync(Spec(), Cancelled));

            Assert.Equal("pulse", failure.Backend);
            Assert.Contains("pulse", failure.Message, StringComparison.Ordinal);
            Assert.True(failure.InnerException is null || failure.InnerException == cause);
            Assert.Empty(session.Probes);
            Assert.Equal(0, backend.Attached);
        }
    }

    [Fact]
    public async Task Attach_ThatIsCancelled_LeavesNothing()
    {
        using CancellationTokenSource stop = new();
        PulseBackend polite = new() { OnAttach = async (_, token) => { await stop.CancelAsync(); token.ThrowIfCancellationRequested(); } };
        await using InstrumentationSession session = await StartAsync(polite);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.AttachAsync(Spec(), stop.Token));

        using CancellationTokenSource stopAgain = new();
        PulseBackend deaf = new() { OnAttach = async (_, _) => await stopAgain.CancelAsync() };
        await using InstrumentationSession other = await StartAsync(deaf);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other.AttachAsync(Spec(), stopAgain.Token));

        Assert.Equal((0, 0), (polite.Attached, deaf.Attached));
    }

    [Fact]
    public async Task Capabilities_ThatThrow_AreUndetermined()
    {
        await using InstrumentationSession session = await StartAsync(new PulseBackend { OnCapabilities = static () => throw new InvalidOperationException("who knows") }, new PulseBackend("other"));

        Capability capability = Assert.Single(session.Capabilities.ByBackend["pulse"]);

        Assert.Equal(CapabilityAnswer.Undetermined, capability.Answer);
        Assert.Contains("who knows", session.Capabilities.ToString(), StringComparison.Ordinal);
        Assert.Equal(CapabilityAnswer.Yes, session.Capabilities["pulse.ready"]?.Answer);
    }

    [Fact]
    public async Task Coverage_ThatThrowsOrIsNothing_IsBlindWithTheReason()
    {
        PulseBackend backend = new();
        await using InstrumentationSession session = await StartAsync(backend);
        ProbeHandle handle = await session.AttachAsync(Spec(), Cancelled);
        Assert.Equal(ProbeState.Armed, handle.State);

        backend.OnCoverage = static () => throw new InvalidOperationException("lost the map");
        Assert.Equal(ProbeState.Blind, handle.State);
        Assert.Contains("lost the map", handle.Coverage.Gaps[0].Reason, StringComparison.Ordinal);
        backend.OnCoverage = static () => null;
        Assert.Equal(ProbeState.Blind, handle.State);
    }

    [Fact]
    public async Task Dispose_ThatThrows_DetachesAllTheSame()
    {
        PulseBackend bad = new("bad") { OnHandles = static point => point is PulsePoint { Name: "bad" }, OnDispose = static () => throw new InvalidOperationException("stuck") };
        PulseBackend good = new("good");
        InstrumentationSession session = await StartAsync(bad, good);
        ProbeHandle stuck = await session.AttachAsync(Spec("bad"), Cancelled);
        ProbeHandle other = await session.AttachAsync(Spec("good"), Cancelled);
        bad.Pulse("bad", 1);

        BackendFailedException failure = await Assert.ThrowsAsync<BackendFailedException>(() => session.DisposeAsync().AsTask());

        Assert.IsType<InvalidOperationException>(failure.InnerException);
        Assert.Equal((ProbeState.Detached, ProbeState.Detached), (stuck.State, other.State));
        Assert.Equal(0, good.Attached);
        Assert.False(bad.Last!.IsOpen);
        bad.Pulse("bad", 1);
        Assert.Equal(1, stuck.Statistics.Hits);
        Assert.Single(await FakeSession.ReadAllAsync(session.Events));
    }

    [Fact]
    public async Task Attach_WithExpressionsThatThePointDoesNotHave_IsRefusedWithTheMend()
    {
        PulseBackend backend = new();
        await using InstrumentationSession session = await StartAsync(backend);

        async Task<string> Refused<TError>(ProbeSpec spec)
            where TError : InstrumentationException
        {
            Assert.Throws<TError>(() => session.CanAttach(spec));
            return (await Assert.ThrowsAsync<TError>(() => session.AttachAsync(spec, Cancelled))).Message;
        }

        Assert.Contains("Did you mean 'count'?", await Refused<ExpressionException>(Spec().When(c => c.Arg<int>("cuont") > 1)), StringComparison.Ordinal);
        Assert.Contains("string text", await Refused<ExpressionException>(Spec().Capture(c => c.Arg<int>(7))), StringComparison.Ordinal);
        Assert.Contains("cannot be read as a string", await Refused<ExpressionException>(Spec().Capture(c => c.Arg<string>("count"))), StringComparison.Ordinal);
        Assert.Contains("cannot be read as a byte", await Refused<ExpressionException>(Spec().Capture(c => c.Arg<byte>("count"))), StringComparison.Ordinal);
        await Refused<ExpressionException>(Spec().Capture(c => c.Caller));
        await Refused<ExpressionException>(Spec().Capture(c => c.Return<int>()));
        await Refused<ExpressionException>(Spec().Capture(c => c.This<PulseBackend>().Name));
        await Refused<ExpressionException>(Spec().Capture(c => c.Exception!.Message));
        await Refused<ExpressionException>(Spec().When(c => c.Cpu == 1));
        await Refused<ExpressionException>(Spec().When(c => c.String(5) == "x"));
        await Refused<ExpressionException>(Spec().SumBy(c => c.Arg<string>("text"), c => c.Arg<int>("nothing")));
        await Refused<SpecException>(Spec().AsSpan());
        await Refused<SpecException>(Spec().OnEntry());
        await Refused<ExpressionException>(Spec().Capture(c => new { Wide = c.Arg<long>("count"), None = c.Arg<uint>("count") }));
        Assert.Equal(0, backend.Attached);
        Assert.Empty(session.Probes);
    }

    [Fact]
    public async Task Attach_ToAPointWithoutWords_HasThePlaceOfTheBackend()
    {
        Nameless point = new();
        PulseBackend backend = new() { OnHandles = static _ => true, OnAttach = static (sink, _) => Task.FromException(new SpecException(sink.Place("here").Name, sink.Spec.Point.Describe(), "no mend")) };
        await using InstrumentationSession session = await StartAsync(backend);

        SpecException error = await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(new ProbeSpec(point), Cancelled));

        Assert.StartsWith("here", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attach_ToAMoment_RefusesADuration()
    {
        await using InstrumentationSession session = await StartAsync(new PulseBackend { Shape = HitShape.Empty });

        await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Spec().When(c => c.Duration > TimeSpan.Zero), Cancelled));
    }

    [Fact]
    public async Task Report_WhileAttaching_IsIgnored()
    {
        PulseBackend backend = new() { OnAttach = static (sink, _) => { sink.Report(1); Assert.False(sink.IsOpen); return Task.CompletedTask; } };
        await using InstrumentationSession session = await StartAsync(backend);

        ProbeHandle handle = await session.AttachAsync(Spec(), Cancelled);

        Assert.True(backend.Last!.IsOpen);
        Assert.Equal(0, handle.Statistics.Hits);
    }

    [Fact]
    public async Task Report_FromThreads_WhileProbesComeChangeAndGo_LosesAndDoublesNothing()
    {
        PulseBackend backend = new();
        await using InstrumentationSession session = await StartAsync(backend);
        var steady = await session.AttachAsync(Spec().Sum(c => c.Arg<int>("count")), Cancelled);
        ProbeHandle changing = await session.AttachAsync(Spec().Capture(c => c.Arg<int>("count")), Cancelled);
        Task<List<ProbeEvent>> reading = FakeSession.ReadAllAsync(session.Events);
        using CancellationTokenSource stop = new();
        long sent = 0;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                backend.Pulse("a", 1, "x");
                Interlocked.Increment(ref sent);
                if (i % 64 == 0)
                {
                    Thread.Sleep(1);
                }
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());

        for (int round = 0; round < 40; round++)
        {
            await using ProbeHandle passing = await session.AttachAsync(Spec(), Cancelled);
            await changing.UpdateAsync(spec => round % 2 == 0 ? spec.When(c => c.Arg<int>("count") == 1) : spec.Always(), Cancelled);
            await Task.Delay(2, Cancelled);
        }

        await stop.CancelAsync();
        Array.ForEach(threads, static thread => thread.Join());
        Assert.Equal(1, backend.Attached - 1);
        await changing.DisposeAsync();
        await session.DisposeAsync();
        List<ProbeEvent> events = await reading;

        Assert.Equal(sent, steady.Read().Sum);
        Assert.Equal(sent, changing.Statistics.Hits);
        Assert.Equal(sent, changing.Statistics.Passed);
        Assert.Equal(sent - changing.Statistics.Lost, events.Count(hit => hit.ProbeId == changing.Id));
        Assert.Equal(0, changing.Statistics.Faults);
    }

    [Fact]
    public async Task Update_ThatTheBackendRefuses_ChangesNothing()
    {
        PulseBackend backend = new() { OnUpdate = static _ => throw new InvalidOperationException("not now") };
        await using InstrumentationSession session = await StartAsync(backend);
        ProbeHandle handle = await session.AttachAsync(Spec().When(c => c.Arg<int>("count") > 5), Cancelled);

        await Assert.ThrowsAsync<BackendFailedException>(() => handle.UpdateAsync(static spec => spec.Always(), Cancelled));
        await Assert.ThrowsAsync<ExpressionException>(() => handle.UpdateAsync(static spec => spec.When(c => c.Arg<int>("no") > 5), Cancelled));
        backend.Pulse("a", 1);
        backend.Pulse("a", 6);

        Assert.Equal((2, 1), (handle.Statistics.Hits, handle.Statistics.Passed));
    }

    [Fact]
    public async Task Reduce_EveryLevel_IsObeyed()
    {
        List<ProbeLevel> told = [];
        PulseBackend backend = new() { OnReduce = told.Add };
        await using InstrumentationSession session = await StartAsync(backend);
        ProbeHandle handle = await session.AttachAsync(Spec(), Cancelled);

        void Become(ProbeReduction reduction)
        {
            Assert.True(handle.TryReduce(reduction, reduction, "test"));
            FakeSession.OnThread(() =>
            {
                for (int i = 0; i < 8; i++)
                {
                    backend.Pulse("a", i);
                }
            });
        }

        Become(ProbeReduction.Sampled(4));
        Assert.Equal((8, 2), (handle.Statistics.Hits, handle.Statistics.Emitted));
        Become(ProbeReduction.Counted);
        Assert.Equal((16, 16, 2), (handle.Statistics.Hits, handle.Statistics.Passed, handle.Statistics.Emitted));
        Become(ProbeReduction.Off);
        Assert.Equal(16, handle.Statistics.Hits);
        Become(ProbeReduction.None);
        Assert.Equal((24, 10), (handle.Statistics.Hits, handle.Statistics.Emitted));
        Assert.Equal([ProbeLevel.Sampled, ProbeLevel.Counted, ProbeLevel.Off, ProbeLevel.Full], told);
    }

    [Fact]
    public async Task Forecast_HasTheCostOfBackendAndLibrary()
    {
        PulseBackend backend = new();
        await using InstrumentationSession session = await StartAsync(backend);

        CostForecast forecast = await session.ForecastAsync(Spec().Sum(c => c.Arg<int>("count")), TimeSpan.FromMilliseconds(20), Cancelled);

        Assert.InRange(forecast.NanosecondsPerHit, 101, 1000);
        Assert.Equal(0, backend.Attached);
    }

    [Fact]
    public async Task Budget_ThatIsExceeded_ReducesTheProbeOfAUser()
    {
        PulseBackend backend = new();
        await using InstrumentationSession session = await InstrumentationSession.StartBareAsync(
            new InstrumentationOptions { Backends = [backend], Budget = new OverheadBudget { EventsPerSecond = 100 } }, Cancelled);
        ProbeHandle handle = await session.AttachAsync(Spec(), Cancelled);

        await FakeSession.UntilAsync(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                backend.Pulse("a", i);
            }

            return handle.Level != ProbeLevel.Full;
        });

        Assert.NotEmpty(handle.Coverage.Gaps);
    }

    private sealed record Nameless : ProbePoint
    {
        public override string Describe() => "";
    }
}
