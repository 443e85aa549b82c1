using Microsoft.Data.Sqlite;

namespace WebShop.Shop;

/// <summary>The SQLite file: connections for readers, and one connection for the writer, since SQLite lets one write at a time.</summary>
public sealed class ShopDatabase : IAsyncDisposable
{
    private readonly string _connectionString;
    private readonly SqliteConnection _writer;
    private readonly SemaphoreSlim _writing = new(1, 1);

    private ShopDatabase(string connectionString, SqliteConnection writer)
    {
        _connectionString = connectionString;
        _writer = writer;
    }

    /// <summary>Makes the file with its tables, and fills it.</summary>
    public static async Task<ShopDatabase> CreateAsync(string path)
    {
        string connectionString = new SqliteConnectionStringBuilder { DataSource = path }.ToString();
        SqliteConnection writer = new(connectionString);
        await writer.OpenAsync();
        await ShopSchema.CreateAsync(writer);
        return new ShopDatabase(connectionString, writer);
    }

    /// <summary>A pooled connection for reading.</summary>
    public async Task<SqliteConnection> OpenReaderAsync()
    {
        SqliteConnection connection = new(_connectionString);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Waits for the turn to write, and begins a transaction.</summary>
    public async Task<WriteScope> BeginWriteAsync()
    {
        await _writing.WaitAsync();
        try
        {
            return new WriteScope(_writing, _writer, _writer.BeginTransaction());
        }
        catch
        {
            _writing.Release();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        SqliteConnection.ClearAllPools();
        _writing.Dispose();
    }
}
