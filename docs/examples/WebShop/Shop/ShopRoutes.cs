namespace WebShop.Shop;

/// <summary>What the shop answers to.</summary>
public static class ShopRoutes
{
    /// <summary>Adds the shop's routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/products", (ProductRepository products, int page = 0) => products.ListAsync(page));
        routes.MapGet("/products/{id:int}", FindProductAsync);
        routes.MapGet("/search", SearchAsync);
        routes.MapPost("/orders", PlaceOrderAsync);
        routes.MapGet("/orders/{id:long}", FindOrderAsync);
    }

    private static async Task<IResult> FindProductAsync(int id, ProductRepository products) =>
        await products.FindAsync(id) is { } product ? Results.Ok(product) : Results.NotFound();

    private static async Task<IResult> SearchAsync(string q, ProductRepository products) =>
        q.Length < 3 ? Results.BadRequest("Search for three letters or more.") : Results.Ok(await products.SearchAsync(q));

    private static async Task<IResult> PlaceOrderAsync(OrderRequest request, OrderService orders)
    {
        OrderResult result = await orders.PlaceAsync(request);
        return result.Order is { } order
            ? Results.Created($"/orders/{order.Id}", order)
            : Results.Text(result.Refusal, statusCode: StatusCodes.Status402PaymentRequired);
    }

    private static async Task<IResult> FindOrderAsync(long id, OrderService orders) =>
        await orders.FindAsync(id) is { } order ? Results.Ok(order) : Results.NotFound();
}
