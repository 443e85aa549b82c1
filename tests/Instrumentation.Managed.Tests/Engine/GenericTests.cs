using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine;

public sealed class GenericTests
{
    [Fact]
    public async Task Attach_GenericMethodInGenericType_CountsAllInstantiations()
    {
        long hits = await Watch.HitsAsync(Probe.Method(typeof(Shelf<>), nameof(Shelf<int>.Swap)), static () =>
        {
            Shelf<int> numbers = new(1);
            Shelf<string> texts = new("a");
            Shelf<Guid> ids = new(Guid.Empty);
            for (int i = 0; i < 10; i++)
            {
                Assert.Equal(i + 1, numbers.Swap(i, static value => value + 1));
                Assert.Equal("7" + i, numbers.Swap(i, static value => "7" + value));
                Assert.Equal("bc", texts.Swap("b", static text => text + "c"));
                Assert.Equal(1.5, texts.Swap("b", static text => text.Length * 1.5));
                Assert.Equal(new object(), ids.Swap(Guid.Empty, static _ => new object()), static (_, _) => true);
            }

            Assert.Equal(21, numbers.Count);
        });

        Assert.Equal(50, hits);
    }

    [Fact]
    public async Task Attach_StaticGenericMethodReturningStructOfT_ReportsCallsWithResultsIntact()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(typeof(Shelf<>), "Pair"), static () =>
        {
            Assert.Equal(new KeyValuePair<string, int>("a", 1), Shelf<string>.Pair("a", 1));
            Assert.Equal(new KeyValuePair<long, string>(2, "b"), Shelf<long>.Pair(2L, "b"));
            Assert.Equal(new KeyValuePair<decimal, Guid>(3.5m, Guid.Empty), Shelf<decimal>.Pair(3.5m, Guid.Empty));
        });

        Assert.Equal(3, events.Count);
        Assert.All(events, static one => Assert.Equal("Probed.Shelf::Pair", one.Site));
    }

    [Fact]
    public async Task Attach_InstanceMethodOfGenericStruct_ReportsCallsAndKeepsThis()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(typeof(Slot<>), nameof(Slot<int>.Exchange)), static () =>
        {
            Slot<int> number = new() { Value = 1 };
            Assert.Equal(1, number.Exchange(2));
            Assert.Equal(2, number.Exchange(3));
            Slot<string> text = new() { Value = "a" };
            Assert.Equal("a", text.Exchange("b"));
            Assert.Equal("b", text.Value);
            Assert.Equal(3, number.Value);
        });

        Assert.Equal(3, events.Count);
    }

    [Fact]
    public async Task Attach_BeforeInstantiationExists_CountsTheFutureOne()
    {
        long hits = await Watch.HitsAsync(Probe.Method(typeof(GenericCalls), nameof(GenericCalls.Describe)), static () =>
        {
            Assert.Equal("Int32:1 String:x", GenericCalls.Describe(1, "x"));
            Assert.Equal("DayOfWeek:Friday Version:1.2", GenericCalls.Describe(DayOfWeek.Friday, new Version(1, 2)));
        });

        Assert.Equal(2, hits);
    }
}
