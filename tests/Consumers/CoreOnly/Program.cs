// The model without the library's backends: what a program does that prepares probes, shows what some saw, or has a backend of its own.
using Instrumentation;
using Instrumentation.Backends;

ProbeSpec<Order> spec = new ProbeSpec(new Place("Shop.Orders::PlaceAsync"))
    .Named("orders")
    .When(c => c.Duration > TimeSpan.FromMilliseconds(5) && c.Arg<int>("quantity") > 10)
    .Sample(10)
    .Capture(c => new Order(c.Arg<string>("product"), c.Arg<int>("quantity")));
Console.WriteLine($"spec: {spec.Label} at {spec.Point.Describe()}, one of {spec.Limits.SampleEvery}, with {spec.CaptureShape?.ToString().Contains("Order", StringComparison.Ordinal)}");
try
{
    _ = spec.When(c => c.Arg<string>("product").Trim() == "tea");
}
catch (ExpressionException error)
{
    Console.WriteLine($"refused: {error.Message}");
}

HtmlReport report = new("Orders");
report.AddFolded("Where the time goes", ["Main;PlaceAsync;Price 3", "Main;PlaceAsync 1"]);
using MemoryStream page = new();
await report.WriteAsync(page);
Console.WriteLine($"page: {System.Text.Encoding.UTF8.GetString(page.ToArray()).Contains("PlaceAsync", StringComparison.Ordinal)}");

Counter counter = new();
await using InstrumentationSession session = await InstrumentationSession.StartBareAsync(new InstrumentationOptions { Backends = [counter] });
ProbeHandle<Order> large = await session.AttachAsync(
    new ProbeSpec(new Place("orders")).When(c => c.Arg<int>("quantity") > 7).Capture(c => new Order(c.Arg<string>("product"), c.Arg<int>("quantity") * 2)));
AggregateHandle<KeyedTable<string, SummarySnapshot>> table = await session.AttachAsync(new ProbeSpec(new Place("orders")).SummaryBy(c => c.Arg<string>("product"), c => c.Arg<int>("quantity")));
for (int i = 0; i < 10; i++)
{
    counter.Place(i % 2 == 0 ? "tea" : "cake", i);
}

Console.WriteLine($"table: {table.Read()["tea"]}");
await session.DisposeAsync();
await foreach (ProbeEvent<Order> order in large.Events)
{
    Console.WriteLine($"event: {order.Value}");
}

Console.WriteLine("== end");

internal sealed record Order(string Product, int Quantity);

internal sealed record Place(string Name) : ProbePoint
{
    public override string Describe() => Name;
}

// Hits of places that the program makes itself.
internal sealed class Counter : ProbeBackend
{
    private readonly List<ProbeSink> _sinks = [];

    public override string Name => "counter";

    public override bool Handles(ProbePoint point) => point is Place;

    public override IReadOnlyList<Capability> Capabilities() => [];

    public override HitShape ShapeOf(ProbePoint point) => new([new("product", typeof(string)), new("quantity", typeof(int))]);

    public override ProbeCoverage CanAttach(ProbeSpec spec) => new([spec.Point.Describe()], []);

    public override ValueTask<ProbeAttachment> AttachAsync(ProbeSink sink, CancellationToken cancellationToken)
    {
        _sinks.Add(sink);
        return ValueTask.FromResult<ProbeAttachment>(new Attachment(this, sink));
    }

    public void Place(string product, int quantity) => _sinks.ForEach(sink => sink.Report(product, quantity));

    private sealed class Attachment(Counter counter, ProbeSink sink) : ProbeAttachment
    {
        public override ProbeCoverage Coverage => counter.CanAttach(sink.Spec);

        public override ValueTask DisposeAsync()
        {
            counter._sinks.Remove(sink);
            return ValueTask.CompletedTask;
        }
    }
}
