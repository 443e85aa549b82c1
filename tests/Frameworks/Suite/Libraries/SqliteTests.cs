using System.Data;
using System.Reflection;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Instrumentation.Frameworks.Libraries;

/// <summary>What Microsoft.Data.Sqlite does inside, and what it asks of SQLite.</summary>
[TestClass]
public sealed class SqliteTests
{
    private readonly Case _case = Case.Current;

    [Test]
    public async Task ACommandIsPreparedWithItsText()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(Internals.Prepare);
        using SqliteConnection connection = Open();
        Execute(connection, $"SELECT '{_case.Text}'");
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(Internals.Prepare, () => new object?[] { Arg.Any<sqlite3>(), Arg.Is<byte[]>(sql => Has(sql, _case.Text)), Arg.Any<sqlite3_stmt>(), Arg.Any<byte[]>() }).Once(),
            () => calls.Should().HaveCalled(Internals.Prepare, () => new object?[] { Arg.Any<sqlite3>(), Arg.Is<byte[]>(sql => Has(sql, "INSERT")), Arg.Any<sqlite3_stmt>(), Arg.Any<byte[]>() }).Once());
    }

    [Test]
    public async Task ThereIsAStepForEachRowAndOneForTheEnd()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        using SqliteConnection connection = Open();
        calls.Watch(() => raw.sqlite3_step(default!));
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT '{_case.Text}' UNION SELECT 'b' UNION SELECT 'c'";
        using (SqliteDataReader reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
            }
        }

        _case.Check(
            calls,
            () => calls.Should().HaveCalled(() => raw.sqlite3_step(Arg.Any<sqlite3_stmt>())).Times(4),
            () => calls.Should().HaveCalled(() => raw.sqlite3_step(Arg.Any<sqlite3_stmt>())).Times(3));
    }

    [Test]
    public async Task AParameterIsBoundAsText()
    {
        MethodInfo bind = Internals.Sqlite("SqliteParameterBinder", "BindText");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(bind);
        using SqliteConnection connection = Open();
        Execute(connection, "SELECT $name", _case.Text);
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(bind, _case.Text).Once(),
            () => calls.Should().HaveCalled(bind, "$name").Once());
    }

    [Test]
    public async Task AClosedConnectionIsUsedAgain()
    {
        ConstructorInfo create = Internals.SqliteConstructor("SqliteConnectionInternal");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(create);
        string path = Path.Combine(_case.Folder, "pooled.db");
        for (int i = 0; i < 3; i++)
        {
            using SqliteConnection connection = new($"Data Source={path}");
            connection.Open();
        }

        SqliteConnection.ClearPool(new SqliteConnection($"Data Source={path}"));
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(create).Once(),
            () => calls.Should().HaveCalled(create).Times(3));
    }

    [Test]
    public async Task APreparedStatementIsResetEachTime()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        using SqliteConnection connection = Open();
        calls.Watch(() => raw.sqlite3_reset(default!)).Watch(Internals.Prepare);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT '{_case.Text}'";
        command.Prepare();
        for (int i = 0; i < 3; i++)
        {
            command.ExecuteScalar();
        }

        _case.Check(
            calls,
            () => calls.Should().HaveCalled(() => raw.sqlite3_reset(Arg.Any<sqlite3_stmt>())).Times(3),
            () => calls.Should().HaveCalled(Internals.Prepare).Times(3));
    }

    [Test]
    public async Task AViolatedConstraintIsThrownWhereItsCodeIsSeen()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => SqliteException.ThrowExceptionForRC(default, default!));
        using SqliteConnection connection = Open();
        Execute(connection, "CREATE TABLE names (name TEXT PRIMARY KEY)");
        Execute(connection, "INSERT INTO names VALUES ($name)", _case.Text);
        try
        {
            Execute(connection, "INSERT INTO names VALUES ($name)", _case.Text);
        }
        catch (SqliteException)
        {
            // What is asserted on.
        }

        _case.Check(
            calls,
            () => calls.Should().HaveCalled(() => SqliteException.ThrowExceptionForRC(raw.SQLITE_CONSTRAINT, Arg.Any<sqlite3>())).Throwing<SqliteException>(message => message.Contains("names.name")).Once(),
            () => calls.Should().HaveCalled(() => SqliteException.ThrowExceptionForRC(raw.SQLITE_BUSY, Arg.Any<sqlite3>())).Once());
    }

    [Test]
    public async Task ATransactionThatIsNotCommittedIsRolledBack()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        using SqliteConnection connection = Open();
        calls.Watch(Internals.Prepare);
        using (connection.BeginTransaction())
        {
        }

        _case.Check(
            calls,
            () => calls.Should().HaveCalled(Internals.Prepare, () => new object?[] { Arg.Any<sqlite3>(), Arg.Is<byte[]>(sql => Has(sql, "ROLLBACK")), Arg.Any<sqlite3_stmt>(), Arg.Any<byte[]>() }).Once(),
            () => calls.Should().HaveCalled(Internals.Prepare, () => new object?[] { Arg.Any<sqlite3>(), Arg.Is<byte[]>(sql => Has(sql, "COMMIT")), Arg.Any<sqlite3_stmt>(), Arg.Any<byte[]>() }).Once());
    }

    [Test]
    public async Task SqliteCallsBackForEachRow()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Twice(default!));
        using SqliteConnection connection = Open();
        connection.CreateFunction<string, string>("twice", Twice, isDeterministic: false);
        Execute(connection, "SELECT count(twice(name)) FROM (SELECT $name AS name UNION ALL SELECT $name UNION ALL SELECT 'other')", _case.Text);
        _case.Check(
            calls,
            () => calls.Should().HaveCalled(() => Twice(_case.Text)).Returning(_case.Text + _case.Text).Twice(),
            () => calls.Should().HaveCalled(() => Twice(_case.Text)).Times(3));
    }

    [Test]
    public async Task AnAsynchronousReaderIsASynchronousOneInside()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((SqliteCommand c) => c.ExecuteReaderAsync(default(CommandBehavior), default)).Watch((SqliteCommand c) => c.ExecuteReader(default));
        using SqliteConnection connection = Open();
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT '{_case.Text}'";
        await using SqliteDataReader reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow);
        _case.Check(
            calls,
            () => calls.Should().HaveCalledInOrder(
                (SqliteCommand c) => c.ExecuteReaderAsync(CommandBehavior.SingleRow, Arg.Any<CancellationToken>()),
                (SqliteCommand c) => c.ExecuteReader(CommandBehavior.SingleRow)),
            () => calls.Should().NeverHaveCalled((SqliteCommand c) => c.ExecuteReader(CommandBehavior.SingleRow)));
    }

    private static string Twice(string text) => text + text;

    private static bool Has(byte[] sql, string text) => Encoding.UTF8.GetString(sql).Contains(text, StringComparison.Ordinal);

    private static SqliteConnection Open()
    {
        SqliteConnection connection = new("Data Source=:memory:");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql, string? name = null)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        if (name is not null)
        {
            command.Parameters.AddWithValue("$name", name);
        }

        command.ExecuteScalar();
    }
}
