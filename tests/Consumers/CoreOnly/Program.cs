// The model without a backend: what a program does that prepares probes, or shows what some saw.
using Instrumentation;

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
Console.WriteLine("== end");

internal sealed record Order(string Product, int Quantity);

internal sealed record Place(string Name) : ProbePoint
{
    public override string Describe() => Name;
}
