using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine.Captures;

/// <summary>Captures of values whose type is known only at run time: one probe on all instantiations.</summary>
public sealed class GenericCaptureTests
{
    [Fact]
    public async Task ArgOfInt_OverOpenT_IsTheValueOrAFaultWithItsDefault()
    {
        (IReadOnlyList<ProbeEvent<int>> events, ProbeStatistics statistics) = await Watch.TypedAsync(Echo().Capture(c => c.Arg<int>(0)), CallEchoes);

        Assert.Equal([7, 0, 0, 0, 8], events.Select(static one => one.Value));
        Assert.Equal([false, true, true, true, false], events.Select(static one => one.Event.Faults.Count == 1));
        Assert.Equal(3, statistics.Faults);
    }

    [Fact]
    public async Task ArgOfString_OverOpenT_IsTheTextOrAFaultWithNull()
    {
        (IReadOnlyList<ProbeEvent<string>> events, ProbeStatistics statistics) = await Watch.TypedAsync(Echo().Capture(c => c.Arg<string>(0)), CallEchoes);

        Assert.Equal([null, "text", null, null, null], events.Select(static one => one.Value));
        Assert.Equal([true, false, true, true, true], events.Select(static one => one.Event.Faults.Count == 1));
        Assert.Equal(4, statistics.Faults);
    }

    [Fact]
    public async Task ReturnOfT_OverOpenT_IsTheResultOrAFaultWithItsDefault()
    {
        (IReadOnlyList<ProbeEvent<double>> events, ProbeStatistics statistics) = await Watch.TypedAsync(Echo().OnReturn().Capture(c => c.Return<double>()), CallEchoes);

        Assert.Equal([0, 0, 2.5, 0, 0], events.Select(static one => one.Value));
        Assert.Equal(4, statistics.Faults);
    }

    [Fact]
    public async Task ArgOfStruct_OverOpenT_GivesItsFields()
    {
        var (events, statistics) = await Watch.TypedAsync(Echo().Capture(c => new { c.Arg<Spot>(0).X, c.Arg<Spot>(0).Name }), CallEchoes);

        Assert.Equal([null, null, null, "here", null], events.Select(static one => one.Value.Name));
        Assert.Equal([0, 0, 0, 4, 0], events.Select(static one => one.Value.X));
        Assert.Equal(4, events.Count(static one => one.Event.Faults.Count == 2));
        Assert.Equal(8, statistics.Faults);
    }

    [Fact]
    public async Task ArgOfEnum_OverOpenT_IsTheValue()
    {
        (IReadOnlyList<ProbeEvent<Size>> events, _) = await Watch.TypedAsync(Echo().Capture(c => c.Arg<Size>(0)), static () =>
        {
            GenericCalls.Echo(Size.Large);
            GenericCalls.Echo(Size.Small);
        });

        Assert.Equal([Size.Large, Size.Small], events.Select(static one => one.Value));
    }

    [Fact]
    public async Task When_OverOpenT_LetsOnlyTheMatchingTypePass()
    {
        (IReadOnlyList<ProbeEvent<int>> events, ProbeStatistics statistics) = await Watch.TypedAsync(
            Echo().When(c => c.Arg<int>(0) >= 8).Capture(c => c.Arg<int>(0)),
            CallEchoes);

        Assert.Equal(8, Assert.Single(events).Value);
        Assert.Equal((5, 1, 1, 3), (statistics.Hits, statistics.Passed, statistics.Emitted, statistics.Faults));
    }

    [Fact]
    public async Task Captures_OfGenericTypeAndMethod_SeeBothParameters()
    {
        (var events, _) = await Watch.TypedAsync(
            Probe.Method(typeof(Shelf<>), "Pair").Capture(c => new { Item = c.Arg<string>("item"), Other = c.Arg<long>("other") }),
            static () => Assert.Equal(new KeyValuePair<string, long>("a", 5L), Shelf<string>.Pair("a", 5L)));

        Assert.Equal(new { Item = "a", Other = 5L }, Assert.Single(events).Value);
        Assert.Empty(events[0].Event.Faults);
    }

    private static ProbeSpec Echo() => Probe.Method(typeof(GenericCalls), nameof(GenericCalls.Echo));

    private static void CallEchoes()
    {
        Assert.Equal(7, GenericCalls.Echo(7));
        Assert.Equal("text", GenericCalls.Echo("text"));
        Assert.Equal(2.5, GenericCalls.Echo(2.5));
        Assert.Equal("here", GenericCalls.Echo(new Spot(4, 5, "here")).Name);
        Assert.Equal(8, GenericCalls.Echo(8));
    }
}
