using Instrumentation;
using Metering;
using Shop;

// What a user does with a backend that somebody has written.
using Till till = new();
await using var session = await InstrumentationSession.StartAsync(new InstrumentationOptions { Backends = [new MeterBackend()] });
Console.WriteLine(session.Capabilities["meters.listen"]);

await session.AttachAsync(Probe.Method((Till t) => t.Sell(default!, default, default)).AsSpan());

var large = await session.AttachAsync(
    Probe.Measurements("Shop", "order.value", "region")
         .When(c => c.Arg<double>("value") > 90)
         .Capture(c => new { Value = c.Arg<double>("value"), Region = c.Arg<string>("region"), c.Place }));
var items = await session.AttachAsync(
    Probe.Measurements("Shop", "items.sold", "region").SumBy(c => c.Arg<string>("region"), c => (long)c.Arg<double>("value")));
var all = await session.AttachAsync(Probe.Measurements("Shop").CountBy(c => c.Place));
Console.WriteLine(all.Coverage);

Parallel.For(0, 100, i => till.Sell(i % 2 == 0 ? "north" : "south", i % 10, 12.5));
await large.UpdateAsync(spec => spec.When(c => c.Arg<string>("region") == "south"));
Parallel.For(0, 100, i => till.Sell(i % 2 == 0 ? "north" : "south", i % 10, 12.5));
Console.WriteLine(items.Read());
Console.WriteLine(all.Read());

// A probe is data, also one of a backend that the library does not know.
ProbeSpecJson.Register(new MeasurementFormat());
string json = ProbeSpecJson.Write(Probe.Measurements("Shop", "order.value", "region"));
bool same = ProbeSpecJson.Read(json) == Probe.Measurements("Shop", "order.value", "region");
Console.WriteLine(json);

await session.DisposeAsync();
int events = 0;
int inSpans = 0;
await foreach (ProbeEvent e in session.Events)
{
    if (large.TryRead(e, out var sale))
    {
        events++;
        inSpans += e.Span.IsNone ? 0 : 1;
        Console.WriteLine(events <= 3 ? $"{sale.Value} in the {sale.Region}, measured by {sale.Place} for {e.Span}" : "...");
    }
}

till.Sell("north", 1, 1000);
bool right = same && events == 30 && inSpans == 30 && items.Read()["south"].Sum == 500 && all.Read().Total == 400 && large.Statistics is { Hits: 200, Lost: 0 };
Console.WriteLine($"meters events={events} spans={inSpans} items={items.Read().Total.Sum} counted={all.Read().Total} {(right ? "ok" : "wrong")}");
return right ? 0 : 1;
