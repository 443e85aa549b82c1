namespace WebShop.Shop;

/// <summary>Takes orders.</summary>
public sealed class OrderService(
    ShopDatabase database, ProductRepository products, StockRepository stock, OrderRepository orders, PaymentGateway payments)
{
    /// <summary>Takes an order: price, payment, and then stock and order book in one transaction.</summary>
    /// <exception cref="UnknownProductException">There is no such product.</exception>
    /// <exception cref="OutOfStockException">There are not enough of it.</exception>
    public async Task<OrderResult> PlaceAsync(OrderRequest request)
    {
        long total = await products.PriceAsync(request.ProductId) * request.Quantity;
        string authorization;
        try
        {
            authorization = await payments.AuthorizeAsync(request.Card, total);
        }
        catch (PaymentDeclinedException declined)
        {
            return new OrderResult(null, declined.Message);
        }

        await using WriteScope scope = await database.BeginWriteAsync();
        await stock.TakeAsync(scope, request.ProductId, request.Quantity);
        Order order = await orders.AddAsync(scope, request, total, authorization);
        await scope.CommitAsync();
        return new OrderResult(order, null);
    }

    /// <summary>One order, or null.</summary>
    public Task<Order?> FindAsync(long id) => orders.FindAsync(id);
}
