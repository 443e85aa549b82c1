using System.Text;
using System.Text.Json;
using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Events;

namespace Instrumentation.Core.Tests.Writers;

[Collection(ProcessWideCollection.Name)]
public sealed class JsonLinesWriterTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WriteAsync_Events_AreOneObjectALine()
    {
        ProbeEvent[] events =
        [
            FakeEvents.Of(
                "orders",
                new EventRecordHeader { Timestamp = 9_000, Duration = 1_500, ThreadId = 4, Edge = ProbeEdge.Call, Flags = EventFlags.Failed },
                FakeCapture.Fields(("Quantity", typeof(int)), ("Item", typeof(string)), ("Took", typeof(TimeSpan)), ("Ratio", typeof(double)), ("Day", typeof(DayOfWeek))),
                FakeFields.Of(3, "\"tee\" & kuchen\nü", TimeSpan.FromMicroseconds(2), double.PositiveInfinity, DayOfWeek.Friday)),
            FakeEvents.Of("b", new EventRecordHeader { Timestamp = 9_001, Edge = ProbeEdge.Entry, Flags = EventFlags.Suspended | EventFlags.Truncated, CallId = 8, Faults = 1 }, FakeCapture.Fields(("X", typeof(string))), FakeFields.Of([null])),
        ];
        string[] lines = await LinesAsync(events);
        Assert.Equal(2, lines.Length);
        Assert.Equal(
            """{"probe":"orders","site":"orders","edge":"Call","ts":9000,"dur":1500,"tid":4,"failed":true,"cancelled":false,"suspended":false,"fields":{"Quantity":3,"Item":"\"tee\" & kuchen\nü","Took":2000,"Ratio":"Infinity","Day":"Friday"}}""",
            lines[0]);
        Assert.Equal(
            """{"probe":"b","site":"b","edge":"Entry","ts":9001,"dur":0,"tid":0,"failed":false,"cancelled":false,"suspended":true,"call":8,"fields":{"X":null},"faults":["X"],"truncated":true}""",
            lines[1]);
        Assert.All(lines, static line => JsonDocument.Parse(line).Dispose());
    }

    [Theory]
    [InlineData("\ud83d")]
    [InlineData("\ude00x")]
    [InlineData("a\ud83d\ude00b")]
    [InlineData("\0\u001f\u2028")]
    public async Task WriteAsync_TextCutInsideASurrogatePair_IsStillValidJson(string text)
    {
        ProbeEvent item = FakeEvents.Of("a", default, FakeCapture.Fields(("T", typeof(string))), FakeFields.Of(text));
        using JsonDocument json = JsonDocument.Parse(Assert.Single(await LinesAsync([item])));
        string written = json.RootElement.GetProperty("fields").GetProperty("T").GetString()!;
        Assert.Equal(string.Concat(text.EnumerateRunes()), written);
    }

    [Fact]
    public async Task WriteAsync_NumbersOfAllKinds_AreFiniteOrText()
    {
        (string, Type)[] fields = [("A", typeof(ulong)), ("B", typeof(long)), ("C", typeof(float)), ("D", typeof(double)), ("E", typeof(nuint)), ("F", typeof(nint)), ("G", typeof(bool)), ("H", typeof(char))];
        ProbeEvent item = FakeEvents.Of("a", default, FakeCapture.Fields(fields), FakeFields.Of(ulong.MaxValue, long.MinValue, float.NaN, 0.5, (nuint)1, (nint)(-1), true, 'x'));
        using JsonDocument json = JsonDocument.Parse(Assert.Single(await LinesAsync([item])));
        Assert.Equal(
            """{"A":18446744073709551615,"B":-9223372036854775808,"C":"NaN","D":0.5,"E":1,"F":-1,"G":true,"H":"x"}""",
            json.RootElement.GetProperty("fields").GetRawText());
    }

    [Fact]
    public async Task WriteFileAsync_Session_WritesAllUntilItEnds()
    {
        string path = Path.GetTempFileName();
        InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("a"), Cancellation);
        Task<long> writing = JsonLinesWriter.WriteFileAsync(session.Events, path, Cancellation);
        FakeSession.OnThread(() => Hit(probe, 3000));
        await session.DisposeAsync();
        Assert.Equal(3000, await writing);
        Assert.Equal(3000, (await File.ReadAllLinesAsync(path, Cancellation)).Length);
        File.Delete(path);
    }

    [Fact]
    public async Task WriteAsync_FewEvents_AreNotHeldBack()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("a"), Cancellation);
        using MemoryStream stream = new();
        using CancellationTokenSource stop = new();
        Task<long> writing = JsonLinesWriter.WriteAsync(session.Events, stream, stop.Token);
        FakeSession.OnThread(() => Hit(probe, 1));
        await FakeSession.UntilAsync(() => stream.Length > 0);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    [Fact]
    public async Task WriteFileAsync_FullDisk_ThrowsTypedAndTheSessionGoesOn()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full");
        await using InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("a"), Cancellation);
        Task<long> writing = JsonLinesWriter.WriteFileAsync(session.Events, "/dev/full", Cancellation);
        FakeSession.OnThread(() => Hit(probe, 1));
        EventFileException exception = await Assert.ThrowsAsync<EventFileException>(() => writing);
        Assert.Equal("/dev/full", exception.Path);
        Assert.IsType<IOException>(exception.InnerException);
        Assert.Contains("/dev/full", exception.Message, StringComparison.Ordinal);

        FakeSession.OnThread(() => Hit(probe, 1));
        await using IAsyncEnumerator<ProbeEvent> events = session.Events.GetAsyncEnumerator(Cancellation);
        Assert.True(await events.MoveNextAsync());
    }

    [Fact]
    public async Task WriteFileAsync_FolderDoesNotExist_ThrowsTyped()
    {
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"), "events.jsonl");
        EventFileException exception = await Assert.ThrowsAsync<EventFileException>(() => JsonLinesWriter.WriteFileAsync(FakeEvents.Stream([], Cancellation), path, Cancellation));
        Assert.Equal(path, exception.Path);
    }

    [Fact]
    public async Task WriteAsync_StreamThrows_ThrowsItAndEndsTheSubscription()
    {
        InstrumentationSession session = await FakeSession.StartAsync();
        ProbeHandle probe = await session.AttachAsync(FakeSession.Spec("a"), Cancellation);
        Task<long> writing = JsonLinesWriter.WriteAsync(session.Events, new FullStream(10_000), Cancellation);
        FakeSession.OnThread(() => Hit(probe, 1000));
        Assert.Equal("disk full", (await Assert.ThrowsAsync<IOException>(() => writing)).Message);
        FakeSession.OnThread(() => Hit(probe, 5));
        await session.DisposeAsync();
        Assert.Equal(5, (await FakeSession.ReadAllAsync(session.Events)).Count);
    }

    private static async Task<string[]> LinesAsync(ProbeEvent[] events)
    {
        using MemoryStream stream = new();
        Assert.Equal(events.Length, await JsonLinesWriter.WriteAsync(FakeEvents.Stream(events, Cancellation), stream, Cancellation));
        string text = Encoding.UTF8.GetString(stream.ToArray());
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return text[..^1].Split('\n');
    }

    private static void Hit(ProbeHandle probe, int count)
    {
        for (int i = 0; i < count; i++)
        {
            FakeHook.Hit(probe);
        }
    }

    private sealed class FullStream(long capacity) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            Length + buffer.Length > capacity ? throw new IOException("disk full") : base.WriteAsync(buffer, cancellationToken);
    }
}
