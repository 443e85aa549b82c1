namespace WebShop.Load;

/// <summary>One customer's habits: mostly browsing, some searching, an order now and then. The same walk for the same number.</summary>
public sealed class Customer(int number)
{
    private static readonly string[] Words = ["oak", "lamp", "quiet", "brass rack", "folding chair", "wool", "umbrella", "xy"];

    private readonly Random _random = new(number);
    private Uri? _lastOrder;

    /// <summary>What the customer asks for next.</summary>
    public HttpRequestMessage NextRequest() => _random.Next(100) switch
    {
        < 35 => Get($"/products/{_random.Next(1, 2_060)}"),
        < 40 => Get("/products/13"),
        < 65 => Get($"/products?page={_random.Next(0, 100)}"),
        < 75 => Get($"/search?q={Uri.EscapeDataString(Words[_random.Next(Words.Length)])}"),
        < 88 => new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = JsonContent.Create(NextOrder()) },
        _ => new HttpRequestMessage(HttpMethod.Get, _lastOrder ?? new Uri("/orders/1", UriKind.Relative)),
    };

    /// <summary>Keeps the address of an order that was taken, to look at it later.</summary>
    public void Remember(HttpResponseMessage response) => _lastOrder = response.Headers.Location ?? _lastOrder;

    private static HttpRequestMessage Get(string path) => new(HttpMethod.Get, path);

    private object NextOrder() => new
    {
        ProductId = _random.Next(1, 2_040),
        Quantity = _random.Next(1, 4),
        Card = _random.Next(12) == 0 ? "4000 0000 0000 0000" : "4000 1234 5678 9010",
    };
}
