using Microsoft.Data.Sqlite;

namespace WebShop.Shop;

/// <summary>The tables and the goods on the shelves. The same goods every time.</summary>
public static class ShopSchema
{
    /// <summary>How many products there are, numbered from 1.</summary>
    public const int Products = 2_000;

    /// <summary>Every product whose number is a multiple of this is sold out.</summary>
    public const int SoldOutEvery = 10;

    /// <summary>The product whose specifications were damaged on import: there is one in every catalogue.</summary>
    public const int DamagedProduct = 13;

    private const string Tables = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = NORMAL;
        CREATE TABLE products (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL, price INTEGER NOT NULL, specifications TEXT NOT NULL);
        CREATE TABLE stock (product_id INTEGER PRIMARY KEY REFERENCES products (id), quantity INTEGER NOT NULL);
        CREATE TABLE orders (
            id INTEGER PRIMARY KEY AUTOINCREMENT, product_id INTEGER NOT NULL REFERENCES products (id),
            quantity INTEGER NOT NULL, total INTEGER NOT NULL, authorization TEXT NOT NULL);
        """;

    private static readonly string[] Adjectives = ["oiled", "light", "folding", "hand-made", "quiet", "sturdy", "blue", "plain", "tall", "portable"];
    private static readonly string[] Things = ["chair", "lamp", "table", "kettle", "shelf", "basket", "clock", "mirror", "bench", "rack"];
    private static readonly string[] Materials = ["oak", "steel", "glass", "linen", "cork", "brass", "clay", "wool"];

    /// <summary>Makes the tables and fills them.</summary>
    public static async Task CreateAsync(SqliteConnection connection)
    {
        await ExecuteAsync(connection, Tables);
        await using SqliteTransaction transaction = connection.BeginTransaction();
        await FillAsync(connection, transaction);
        await transaction.CommitAsync();
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql)
    {
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task FillAsync(SqliteConnection connection, SqliteTransaction transaction)
    {
        await using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """
            INSERT INTO products (id, name, description, price, specifications) VALUES ($id, $name, $description, $price, $specifications);
            INSERT INTO stock (product_id, quantity) VALUES ($id, $quantity);
            """;
        Random random = new(20260101);
        for (int id = 1; id <= Products; id++)
        {
            string name = $"{Pick(random, Adjectives)} {Pick(random, Materials)} {Pick(random, Things)}";
            command.Parameters.Clear();
            command.Parameters.AddWithValue("$id", id);
            command.Parameters.AddWithValue("$name", name);
            command.Parameters.AddWithValue("$description", Describe(random, name));
            command.Parameters.AddWithValue("$price", random.Next(500, 50_000));
            command.Parameters.AddWithValue("$specifications", id == DamagedProduct ? "{\"width\":\"40 cm\",,}" : Specify(random));
            command.Parameters.AddWithValue("$quantity", id % SoldOutEvery == 0 ? 0 : 1_000_000_000);
            await command.ExecuteNonQueryAsync();
        }
    }

    private static string Describe(Random random, string name) => string.Join(
        ' ',
        Enumerable.Range(0, 6).Select(_ => $"The {name} goes well with a {Pick(random, Adjectives)} {Pick(random, Things)} of {Pick(random, Materials)}."));

    private static string Specify(Random random) =>
        $$"""{"width":"{{random.Next(10, 90)}} cm","height":"{{random.Next(10, 200)}} cm","material":"{{Pick(random, Materials)}}"}""";

    private static string Pick(Random random, string[] words) => words[random.Next(words.Length)];
}
