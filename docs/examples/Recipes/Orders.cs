using Microsoft.Data.Sqlite;

namespace Recipes;

/// <summary>The program that the recipes look into; it knows nothing of them.</summary>
public sealed class Orders
{
    private readonly Lock _book = new();

    public async Task<decimal> PlaceAsync(string product, int quantity)
    {
        await Task.Delay(quantity % 7);
        return Price(product) * quantity;
    }

    public decimal Price(string product) => product.Length == 0 ? throw new ArgumentException("No product.", nameof(product)) : product.Length;

    public decimal? TryPrice(string product)
    {
        try
        {
            return Price(product);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    public void Book()
    {
        lock (_book)
        {
            Thread.Sleep(3);
        }
    }

    public void Save(int quantity)
    {
        using SqliteConnection database = new("Data Source=orders;Mode=Memory;Cache=Shared");
        database.Open();
        using SqliteCommand command = database.CreateCommand();
        command.CommandText = "CREATE TABLE IF NOT EXISTS orders (product TEXT, quantity INT)";
        command.ExecuteNonQuery();
        command.CommandText = "INSERT INTO orders VALUES ('tea', $quantity)";
        command.Parameters.AddWithValue("$quantity", quantity);
        command.ExecuteNonQuery();
        command.CommandText = "SELECT SUM(quantity) FROM orders";
        command.ExecuteScalar();
    }

    public Receipt Write(string product) => new(product, Price(product));

    public void Report()
    {
        for (int i = 0; i < 10; i++)
        {
            Write("tea");
            _ = new Receipt("total", i);
        }
    }

    public async Task WorkAsync()
    {
        for (int i = 0; i < 50; i++)
        {
            await PlaceAsync("tea", i);
            TryPrice(i % 10 == 0 ? string.Empty : "tea");
        }
    }
}

/// <summary>What is made for each order.</summary>
public sealed class Receipt(string product, decimal price)
{
    public override string ToString() => $"{product}: {price}";
}
