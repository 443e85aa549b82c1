using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace WebShop.Shop;

/// <summary>Reads the catalogue.</summary>
public sealed class ProductRepository(ShopDatabase database)
{
    private const int PageSize = 20;

    /// <summary>One page of the catalogue.</summary>
    public async Task<List<ProductSummary>> ListAsync(int page)
    {
        await using SqliteConnection connection = await database.OpenReaderAsync();
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT id, name, price FROM products ORDER BY id LIMIT $size OFFSET $offset";
        command.Parameters.AddWithValue("$size", PageSize);
        command.Parameters.AddWithValue("$offset", page * PageSize);
        return await ReadSummariesAsync(command);
    }

    /// <summary>The products whose name or description holds a text.</summary>
    public async Task<List<ProductSummary>> SearchAsync(string text)
    {
        await using SqliteConnection connection = await database.OpenReaderAsync();
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT id, name, price FROM products WHERE name LIKE $text OR description LIKE $text ORDER BY price LIMIT 10";
        command.Parameters.AddWithValue("$text", $"%{text}%");
        return await ReadSummariesAsync(command);
    }

    /// <summary>One product with all that is known of it, or null.</summary>
    public async Task<Product?> FindAsync(int id)
    {
        await using SqliteConnection connection = await database.OpenReaderAsync();
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT name, description, price, specifications FROM products WHERE id = $id";
        command.Parameters.AddWithValue("$id", id);
        await using SqliteDataReader reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync()
            ? new Product(id, reader.GetString(0), reader.GetString(1), reader.GetInt64(2), ParseSpecifications(reader.GetString(3)))
            : null;
    }

    /// <summary>The price of a product.</summary>
    /// <exception cref="UnknownProductException">There is none with that number.</exception>
    public async Task<long> PriceAsync(int id)
    {
        await using SqliteConnection connection = await database.OpenReaderAsync();
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT price FROM products WHERE id = $id";
        command.Parameters.AddWithValue("$id", id);
        return await command.ExecuteScalarAsync() is long price ? price : throw new UnknownProductException(id);
    }

    private static Dictionary<string, string> ParseSpecifications(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [];

    private static async Task<List<ProductSummary>> ReadSummariesAsync(SqliteCommand command)
    {
        List<ProductSummary> products = [];
        await using SqliteDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            products.Add(new ProductSummary(reader.GetInt32(0), reader.GetString(1), reader.GetInt64(2)));
        }

        return products;
    }
}
