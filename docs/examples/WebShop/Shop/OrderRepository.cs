using Microsoft.Data.Sqlite;

namespace WebShop.Shop;

/// <summary>The order book.</summary>
public sealed class OrderRepository(ShopDatabase database)
{
    /// <summary>Writes an order down.</summary>
    public async Task<Order> AddAsync(WriteScope scope, OrderRequest request, long total, string authorization)
    {
        await using SqliteCommand command = scope.Command(
            """
            INSERT INTO orders (product_id, quantity, total, authorization) VALUES ($product, $quantity, $total, $authorization);
            SELECT last_insert_rowid();
            """,
            ("$product", request.ProductId),
            ("$quantity", request.Quantity),
            ("$total", total),
            ("$authorization", authorization));
        long id = (long)(await command.ExecuteScalarAsync())!;
        return new Order(id, request.ProductId, request.Quantity, total, authorization);
    }

    /// <summary>One order, or null.</summary>
    public async Task<Order?> FindAsync(long id)
    {
        await using SqliteConnection connection = await database.OpenReaderAsync();
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT product_id, quantity, total, authorization FROM orders WHERE id = $id";
        command.Parameters.AddWithValue("$id", id);
        await using SqliteDataReader reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync()
            ? new Order(id, reader.GetInt32(0), reader.GetInt32(1), reader.GetInt64(2), reader.GetString(3))
            : null;
    }
}
