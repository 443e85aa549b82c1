// A web program that looks into its own requests, from the middleware of the framework down to the kernel, and says what it saw.
using Consumer;
using Instrumentation;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
await using WebApplication app = builder.Build();
app.MapGet("/orders/{product}/{quantity:int}", (string product, int quantity) => new Shop().OrderAsync(product, quantity));
await app.StartAsync();
using HttpClient client = new() { BaseAddress = new Uri(app.Urls.First()) };
Console.WriteLine($"before: {await client.GetStringAsync("/orders/tea/1")}");

var session = await InstrumentationSession.StartAsync();
var orders = await session.AttachAsync(
    Probe.Method((Shop shop) => shop.OrderAsync(default!, default)).AsSpan().Capture(c => new { Product = c.Arg<string>("product"), Total = c.Return<int>() }));
var endpoints = await session.AttachAsync(Probe.Method("Microsoft.AspNetCore.Routing.EndpointMiddleware::Invoke").Count());
var sent = await session.AttachAsync(Probe.Method("System.Net.Http.HttpMessageInvoker::SendAsync").Count());
var sends = Environment.UserName == "root"
    ? await session.AttachAsync(Probe.Syscall("sendto").ThisProcess().Count())
    : null;

for (int i = 1; i <= 5; i++)
{
    Console.WriteLine($"answer: {await client.GetStringAsync($"/orders/milk/{i}")}");
}

Console.WriteLine($"endpoints: {endpoints.Read().Total}");
Console.WriteLine($"sent: {sent.Read().Total}");
Console.WriteLine($"kernel: {sends is null || sends.Read().Total >= 10}");
await session.DisposeAsync();
await foreach (var order in orders.Events)
{
    Console.WriteLine($"order: {order.Value}");
}

Console.WriteLine($"after: {await client.GetStringAsync("/orders/tea/1")}");
await app.StopAsync();
Console.WriteLine("== end");
