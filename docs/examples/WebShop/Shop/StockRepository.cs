using Microsoft.Data.Sqlite;

namespace WebShop.Shop;

/// <summary>What lies on the shelves.</summary>
public sealed class StockRepository
{
    /// <summary>Takes pieces off the shelf.</summary>
    /// <exception cref="OutOfStockException">There are not enough.</exception>
    public async Task TakeAsync(WriteScope scope, int productId, int quantity)
    {
        await using SqliteCommand command = scope.Command(
            "UPDATE stock SET quantity = quantity - $quantity WHERE product_id = $product AND quantity >= $quantity",
            ("$product", productId),
            ("$quantity", quantity));
        if (await command.ExecuteNonQueryAsync() == 0)
        {
            throw new OutOfStockException(productId, quantity);
        }
    }
}
