using System.Runtime.CompilerServices;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Spans;

/// <summary>Spans are broken down where they happen: by method, or by a text such as a route.</summary>
public sealed class BreakdownTests
{
    [Fact]
    public async Task Spans_OfSeveralMethods_AreBrokenDownByMethod()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        await using AggregateHandle<KeyedTable<string, BreakdownSnapshot>> spans = await session.AttachAsync(Probe.Spans("*BreakdownTests+Shop::Serve*"));
        await Task.Run(static () => Task.WhenAll(Enumerable.Range(0, 8).Select(static async i =>
        {
            for (int n = 0; n < 10; n++)
            {
                Shop.ServePlain("/a");
                await Shop.ServeAsync(i % 2 == 0 ? "/b" : "/c");
            }
        })));

        KeyedTable<string, BreakdownSnapshot> table = spans.Read();
        Assert.Equal(2, table.Rows.Count);
        Assert.Equal(80, table.ByName.Single(static row => row.Key.EndsWith("ServePlain", StringComparison.Ordinal)).Value.Count);
        BreakdownSnapshot waiting = table.ByName.Single(static row => row.Key.EndsWith("ServeAsync", StringComparison.Ordinal)).Value;
        Assert.Equal(80, waiting.Count);
        Assert.True(waiting.Durations.Minimum >= 10_000_000, waiting.ToString());
        Assert.Contains("ServeAsync", table.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BreakdownBy_Text_HasARowForEachText()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        await using AggregateHandle<KeyedTable<string, BreakdownSnapshot>> routes = await session.AttachAsync(
            Probe.Method(() => Shop.ServeAsync(default!)).BreakdownBy(c => c.Arg<string>(0)));
        await using AggregateHandle<CountTable<string>> counts = await session.AttachAsync(Probe.Method(() => Shop.ServePlain(default!)).CountBy(c => c.Arg<string>("route")));
        await Task.Run(static async () =>
        {
            for (int n = 0; n < 30; n++)
            {
                await Shop.ServeAsync(n % 3 == 0 ? "/b" : "/c");
                Shop.ServePlain(n % 3 == 0 ? null : "/d");
            }
        });

        Assert.Equal(10, routes.Read()["/b"].Count);
        Assert.Equal(20, routes.Read()["/c"].Count);
        Assert.Equal(20, counts.Read()["/d"]);
        Assert.Equal(10, counts.Read()["(null)"]);
    }

    [Fact]
    public async Task Breakdown_OfASpan_LetsWhatIsInsideBelongToIt()
    {
        InstrumentationSession session = await Watch.StartAsync();
        AggregateHandle<BreakdownSnapshot> spans = await Attach(session);
        await Watch.AttachAsync(session, Probe.Method(() => Shop.Inner()).OnEntry());
        await Task.Run(static () => Shop.ServeAsync("/x"));
        IReadOnlyList<ProbeEvent> events = await Watch.EndAsync(session);
        Assert.Equal(1, spans.Read().Count);
        Assert.EndsWith("ServeAsync", Assert.Single(events).Span.Name, StringComparison.Ordinal);

        static Task<AggregateHandle<BreakdownSnapshot>> Attach(InstrumentationSession session) => session.AttachAsync(Probe.Method(() => Shop.ServeAsync(default!)).Breakdown());
    }

    private static class Shop
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static int ServePlain(string? route) => route is null ? 0 : route.Length;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Inner()
        {
        }

        public static async Task ServeAsync(string route)
        {
            await Task.Delay(20);
            Inner();
            GC.KeepAlive(route);
        }
    }
}
