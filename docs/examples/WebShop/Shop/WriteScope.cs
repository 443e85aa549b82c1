using Microsoft.Data.Sqlite;

namespace WebShop.Shop;

/// <summary>The turn to write. Disposing without a commit rolls back.</summary>
public sealed class WriteScope(SemaphoreSlim turn, SqliteConnection connection, SqliteTransaction transaction) : IAsyncDisposable
{
    /// <summary>A command inside of the transaction.</summary>
    public SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        foreach ((string name, object value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    /// <summary>Keeps what was written.</summary>
    public Task CommitAsync() => transaction.CommitAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await transaction.DisposeAsync();
        }
        finally
        {
            turn.Release();
        }
    }
}
