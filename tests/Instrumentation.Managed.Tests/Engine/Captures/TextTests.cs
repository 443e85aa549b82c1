using Instrumentation.Managed.Tests.Harness;
using Microsoft.Data.Sqlite;
using Probed;

namespace Instrumentation.Managed.Tests.Engine.Captures;

/// <summary>Captured strings.</summary>
public sealed class TextTests
{
    [Theory]
    [InlineData(255, false)]
    [InlineData(256, false)]
    [InlineData(257, true)]
    [InlineData(100_000, true)]
    public async Task Text_LongerThanTheLimit_IsCutAndFlagged(int length, bool truncated)
    {
        string text = string.Concat(Enumerable.Range(0, length).Select(static i => (char)('a' + (i % 26))));
        (var events, ProbeStatistics statistics) = await Watch.TypedAsync(
            Probe.Method(() => Values.Text("")).Capture(c => new { Text = c.Arg<string>(0), c.Arg<string>(0).Length, Again = c.Return<string>() }),
            () => Assert.Same(text, Values.Text(text)));

        ProbeEvent only = Assert.Single(events).Event;
        Assert.Equal(truncated, only.Truncated);
        Assert.Equal(text[..Math.Min(length, 256)], only.Fields["Text"]);
        Assert.Equal(text[..Math.Min(length, 256)], only.Fields["Again"]);
        Assert.Equal(length, only.Fields["Length"]);
        Assert.Equal(0, statistics.Faults);
    }

    [Fact]
    public async Task Text_WithALimitOfTheSession_IsCutThere()
    {
        await using InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions { MaximumStringLength = 3 });
        ProbeHandle<string> handle = await session.AttachAsync(Probe.Method(() => Values.Text("")).Capture(c => c.Arg<string>(0)));
        Values.Text("abc");
        Values.Text("abcd");
        Values.Text("");
        await session.DisposeAsync();

        List<ProbeEvent<string>> events = [];
        await foreach (ProbeEvent<string> one in handle.Events)
        {
            events.Add(one);
        }

        Assert.Equal([("abc", false), ("abc", true), ("", false)], events.Select(static one => (one.Value, one.Event.Truncated)));
    }

    [Fact]
    public async Task Text_Null_IsNullAndNoFault()
    {
        IReadOnlyList<string> values = await Watch.CapturesAsync(Probe.Method(() => Values.Text("")).Capture(c => c.Arg<string>(0)), static () =>
        {
            Assert.Null(Values.Text(null));
            Assert.Equal("", Values.Text(""));
            Assert.Equal("ä€\uD83D\uDE00\0x", Values.Text("ä€\uD83D\uDE00\0x"));
        });

        Assert.Equal([null!, "", "ä€\uD83D\uDE00\0x"], values);
    }

    [Fact]
    public async Task Field_OfRealSqliteCommands_IsTheirText()
    {
        IReadOnlyList<string> values = await Watch.CapturesAsync(
            Probe.Method((SqliteCommand command) => command.ExecuteNonQuery()).Capture(c => c.Field<string>(c.This<object>(), "(Microsoft.Data.Sqlite.SqliteCommand)._commandText")),
            FrameworkTests.RunSqlite);

        Assert.Equal(["CREATE TABLE t (a INTEGER, b TEXT)", "INSERT INTO t VALUES (1, 'one')", "INSERT INTO t VALUES (2, 'two')", "INSERT INTO missing VALUES (2)"], values);
    }

    [Fact]
    public async Task When_OnTheTextOfSqliteCommands_LetsOnlyThosePass()
    {
        IReadOnlyList<string> values = await Watch.CapturesAsync(
            Probe.Method((SqliteCommand command) => command.ExecuteNonQuery())
                .OnThrow()
                .When(c => c.Field<string>(c.This<object>(), "(Microsoft.Data.Sqlite.SqliteCommand)._commandText").StartsWith("INSERT") && c.Exception is SqliteException)
                .Capture(c => c.Exception!.Message),
            FrameworkTests.RunSqlite);

        Assert.Equal("SQLite Error 1: 'no such table: missing'.", Assert.Single(values));
    }
}
