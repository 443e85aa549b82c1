using Instrumentation.Managed.Engine;
using Instrumentation.Managed.Tests.Engine.Shapes;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>Patterns reach what is loaded after the attach, from its first call.</summary>
public sealed class LateAssemblyTests
{
    [Fact]
    public async Task Pattern_ThatMatchesNothingYet_IsBlindUntilItIsLoaded()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeSpec spec = Probe.Methods("LateFirst!Emitted.Methods::Target", orLoadedLater: true);
        Assert.Equal(ProbeState.Blind, session.CanAttach(spec).State);
        AggregateHandle<CountSnapshot> handle = await session.AttachAsync(spec.Count());
        Assert.Equal((ProbeState.Blind, "LateFirst!Emitted.Methods::Target"), (handle.State, handle.Coverage.Gaps.Single().Place));

        Func<int, int> target = EmittedAssembly.Call(EmittedAssembly.Load(EmittedAssembly.Write("LateFirst"), "late first"), "Target");
        Assert.True(handle.State == ProbeState.Armed, handle.Coverage.ToString());
        Assert.Equal(21, target(7));
        Assert.Equal(1, handle.Read().Total);
        await handle.DisposeAsync();
        Assert.Equal(24, target(8));
        Assert.Equal(1, handle.Read().Total);
    }

    [Fact]
    public async Task Pattern_WithMatches_GrowsByLaterOnesWithItsPresentSpec()
    {
        Func<int, int> first = EmittedAssembly.Call(EmittedAssembly.Load(EmittedAssembly.Write("LateGrowing1"), "growing 1"), "Target");
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle handle = await Watch.AttachAsync(session, Probe.Methods("LateGrowing*!Emitted.Methods::Target").OnReturn().When(c => c.Arg<int>(0) > 100));
        await handle.UpdateAsync(static s => s.Always().When(c => c.Arg<int>(0) > 10));
        Func<int, int> second = EmittedAssembly.Call(EmittedAssembly.Load(EmittedAssembly.Write("LateGrowing2"), "growing 2"), "Target");
        for (int i = 9; i < 13; i++)
        {
            Assert.Equal(6 * i, first(i) + second(i));
        }

        Assert.Equal(ProbeState.Armed, handle.State);
        await handle.UpdateAsync(static s => s.Always().When(c => c.Arg<int>(0) > 11));
        first(11);
        second(12);
        Assert.Equal(5, (await Watch.EndAsync(session)).Count);
    }

    [Fact]
    public async Task Load_WhileAnAttachIsLong_DoesNotWaitForItAndSaysSo()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        AggregateHandle<CountSnapshot> handle = await session.AttachAsync(Probe.Methods("LateBusy!Emitted.Methods::Target", orLoadedLater: true).Count());
        byte[] bytes = EmittedAssembly.Write("LateBusy");
        using ManualResetEventSlim inside = new();
        using ManualResetEventSlim finish = new();
        Task busy = Task.Factory.StartNew(
            () => ManagedEngine.Get().Alone(() =>
            {
                inside.Set();
                finish.Wait(Watch.Limit);
            }),
            TaskCreationOptions.LongRunning);
        inside.Wait(Watch.Limit);
        Func<int, int> target = EmittedAssembly.Call(EmittedAssembly.Load(bytes, "late busy"), "Target");
        Assert.Equal(3, target(1));
        Assert.Equal(ProbeState.Blind, handle.State);
        finish.Set();
        await busy;
        await Watch.ReachedAsync(() => handle.State == ProbeState.Partial, "the late assembly is reached");
        Assert.Equal(6, target(2));
        Assert.Equal(1, handle.Read().Total);
        Assert.Contains("first calls", handle.Coverage.Gaps.Single().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Loads_OnManyThreads_WhileProbesComeAndGo_AreAllReached()
    {
        const int Assemblies = 24;
        await using InstrumentationSession session = await Watch.StartAsync();
        AggregateHandle<CountSnapshot> handle = await session.AttachAsync(Probe.Methods("LateMany*!Emitted.Methods::Target", orLoadedLater: true).Count());
        byte[][] bytes = [.. Enumerable.Range(0, Assemblies).Select(static i => EmittedAssembly.Write($"LateMany{i}"))];
        bool stop = false;
        Task churn = Task.Run(async () =>
        {
            while (!Volatile.Read(ref stop))
            {
                await using AggregateHandle<CountSnapshot> other = await session.AttachAsync(Probe.Methods("LateMany?!Emitted.Methods::Target", orLoadedLater: true).Count());
            }
        });
        Func<int, int>[] targets = await Task.WhenAll(bytes.Select(static (file, i) => Task.Run(() => EmittedAssembly.Call(EmittedAssembly.Load(file, $"many {i}"), "Target"))));
        Volatile.Write(ref stop, true);
        await churn;

        // Those that were loaded while the other attach took long are looked at later.
        await Watch.ReachedAsync(() => Calls(handle, targets) == Assemblies, "all assemblies are reached");
        Assert.Equal(Assemblies, Calls(handle, targets));
    }

    private static long Calls(AggregateHandle<CountSnapshot> handle, Func<int, int>[] targets)
    {
        long before = handle.Read().Total;
        Array.ForEach(targets, static target => target(5));
        return handle.Read().Total - before;
    }
}
