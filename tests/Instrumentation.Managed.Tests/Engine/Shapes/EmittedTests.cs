using System.Reflection;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Engine.Shapes;

/// <summary>Methods that no C# compiler makes, and assemblies that come from elsewhere than a file.</summary>
public sealed class EmittedTests
{
    [Fact]
    public async Task LargeMethod_TenThousandInstructions_IsSeenOnceEachCall()
    {
        Type type = EmittedAssembly.Load(EmittedAssembly.Write("EmittedLarge"), "large");
        Func<int, int> call = EmittedAssembly.Call(type, "Large");
        await Shape.CheckAsync(Probe.Method(type, "Large"), 2, () => (call(1), call(0)));

        Assert.Equal(0, call(0));
        Assert.Equal(1 + Enumerable.Range(0, EmittedAssembly.Additions).Sum(static i => i % 7), call(1));
    }

    [Fact]
    public async Task ManyLocals_MoreThan256_AreAllIntact()
    {
        Type type = EmittedAssembly.Load(EmittedAssembly.Write("EmittedLocals"), "locals");
        Func<int, int> call = EmittedAssembly.Call(type, "ManyLocals");
        var values = await Watch.CapturesAsync(Probe.Method(type, "ManyLocals").Capture(c => new { Value = c.Arg<int>("value"), Result = c.Return<int>() }), () => call(3));
        await Shape.CheckAsync(Probe.Method(type, "ManyLocals"), 1, () => call(2));

        Assert.Equal(new { Value = 3, Result = (3 * EmittedAssembly.Locals) + (EmittedAssembly.Locals * (EmittedAssembly.Locals - 1) / 2) }, Assert.Single(values));
    }

    [Fact]
    public async Task TailCall_CallerProbed_EndsAfterItsTarget()
    {
        Type type = EmittedAssembly.Load(EmittedAssembly.Write("EmittedTail"), "tail");
        Func<int, int> call = EmittedAssembly.Call(type, "TailCall");
        await Shape.CheckAsync(Probe.Method(type, "TailCall"), 1, () => call(4));
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle<int> caller = await session.AttachAsync(Probe.Method(type, "TailCall").Named("caller").Capture(c => c.Return<int>()));
        ProbeHandle<int> target = await session.AttachAsync(Probe.Method(type, "Target").Named("target").Capture(c => c.Return<int>()));
        Assert.Equal(15, call(4));
        IReadOnlyList<ProbeEvent> events = await Watch.EndAsync(session);

        Assert.Equal(["target", "caller"], events.Select(static one => one.Probe));
        Assert.Equal([15, 15], events.Select(static one => one.Fields["Value"]));
    }

    [Fact]
    public async Task TailCall_RecursionAtTheEntry_StaysATailCall()
    {
        Type type = EmittedAssembly.Load(EmittedAssembly.Write("EmittedCountdown"), "countdown");
        Func<int, int> call = EmittedAssembly.Call(type, "Countdown");

        // What is counted at the entry leaves the tail call alone: a million frames would not fit this stack.
        long hits = 0;
        await using InstrumentationSession session = await Watch.StartAsync();
        AggregateHandle<CountSnapshot> count = await Watch.CountAsync(session, Probe.Method(type, "Countdown"));
        Watch.OnThread(() => Assert.Equal(0, call(1_000_000)), stackBytes: 1024 * 1024);
        hits = count.Read().Total;

        Assert.Equal(1_000_001, hits);
    }

    [Fact]
    public async Task AssemblyFromBytes_EveryCall_IsSeenOnce()
    {
        Type type = Assembly.Load(EmittedAssembly.Write("EmittedBytes")).GetType("Emitted.Methods", throwOnError: true)!;
        Func<int, int> call = EmittedAssembly.Call(type, "Target");

        IReadOnlyList<ProbeEvent> events = await Shape.CheckAsync(Probe.Method("EmittedBytes!Emitted.Methods::Target"), 1, () => call(5));

        Assert.Equal("Emitted.Methods::Target", events[0].Site);
    }

    [Fact]
    public async Task TwoLoadContexts_SameAssembly_AreDifferentMethods()
    {
        byte[] bytes = EmittedAssembly.Write("EmittedTwice");
        Type first = EmittedAssembly.Load(bytes, "first");
        Type second = EmittedAssembly.Load(bytes, "second");
        Func<int, int> callFirst = EmittedAssembly.Call(first, "Target");
        Func<int, int> callSecond = EmittedAssembly.Call(second, "Target");

        await Shape.CheckAsync(Probe.Method(first, "Target"), 1, () => (callFirst(1), callSecond(2), callSecond(3)));
        await Shape.CheckAsync(Probe.Method(second, "Target"), 2, () => (callFirst(1), callSecond(2), callSecond(3)));
        await Shape.CheckAsync(Probe.Methods("EmittedTwice!Emitted.Methods::Target"), 3, () => (callFirst(1), callSecond(2), callSecond(3)));
    }

    [Fact]
    public async Task TwoLoadContexts_CaptureOverBoth_ReadsBoth()
    {
        byte[] bytes = EmittedAssembly.Write("EmittedPair");
        Func<int, int> callFirst = EmittedAssembly.Call(EmittedAssembly.Load(bytes, "one"), "Target");
        Func<int, int> callSecond = EmittedAssembly.Call(EmittedAssembly.Load(bytes, "two"), "Target");

        IReadOnlyList<int> values = await Watch.CapturesAsync(Probe.Methods("EmittedPair!Emitted.Methods::Target").OnReturn().Capture(c => c.Arg<int>(0) + c.Return<int>()), () =>
        {
            callFirst(1);
            callSecond(10);
        });

        Assert.Equal([4, 40], values);
    }
}
