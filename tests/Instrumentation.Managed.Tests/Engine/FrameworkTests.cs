using Instrumentation.Managed.Tests.Harness;
using Microsoft.Data.Sqlite;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>Code without source: the precompiled framework, and a package.</summary>
public sealed class FrameworkTests
{
    [Fact]
    public async Task FileReadAllText_PrecompiledFramework_ReportsEveryCall()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "content");
            IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(Probe.Method(() => File.ReadAllText(default!)), () => Watch.OnThread(() =>
            {
                for (int i = 0; i < 7; i++)
                {
                    Assert.Equal("content", File.ReadAllText(path));
                }

                Assert.Throws<FileNotFoundException>(() => File.ReadAllText(path + ".missing"));
            }));

            List<ProbeEvent> mine = [.. events.GroupBy(static one => one.ThreadId).OrderByDescending(static group => group.Count()).First()];
            Assert.Equal(8, mine.Count);
            Assert.All(mine, static one => Assert.Equal("System.IO.File::ReadAllText", one.Site));
            Assert.Equal(1, mine.Count(static one => one.Failed));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task SqliteCommands_PackageWithoutSource_ReportsReadersAndWriters()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle readers = await Watch.AttachAsync(session, Probe.Method(typeof(SqliteCommand), nameof(SqliteCommand.ExecuteReader), typeof(System.Data.CommandBehavior)));
        ProbeHandle writers = await Watch.AttachAsync(session, Probe.Method((SqliteCommand command) => command.ExecuteNonQuery()));
        RunSqlite();
        await readers.DisposeAsync();
        await writers.DisposeAsync();

        // ExecuteNonQuery is itself built on ExecuteReader.
        Assert.Equal(4, writers.Statistics.Hits);
        Assert.Equal(6, readers.Statistics.Hits);
        IReadOnlyList<ProbeEvent> events = await Watch.EndAsync(session);
        Assert.Equal(1, events.Count(static one => one.Failed && one.Site.EndsWith("::ExecuteNonQuery", StringComparison.Ordinal)));
    }

    internal static void RunSqlite()
    {
        using SqliteConnection connection = new("Data Source=:memory:");
        connection.Open();
        Execute(connection, "CREATE TABLE t (a INTEGER, b TEXT)");
        Execute(connection, "INSERT INTO t VALUES (1, 'one')");
        Execute(connection, "INSERT INTO t VALUES (2, 'two')");
        Assert.Throws<SqliteException>(() => Execute(connection, "INSERT INTO missing VALUES (2)"));
        for (int i = 1; i <= 2; i++)
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = $"SELECT b FROM t WHERE a = {i}";
            using SqliteDataReader reader = command.ExecuteReader();
            Assert.True(reader.Read());
            Assert.Equal(i == 1 ? "one" : "two", reader.GetString(0));
        }
    }

    private static void Execute(SqliteConnection connection, string text)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }
}
