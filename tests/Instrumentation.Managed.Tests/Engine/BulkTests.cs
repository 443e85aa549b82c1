using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>Probes on every method of a large library at once, while it is used.</summary>
[Collection(AloneCollection.Name)]
public sealed class BulkTests(ITestOutputHelper output)
{
    private const int Rounds = 20;

    private static readonly TimeSpan DetachLimit = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task CallProbe_OnAllOfSystemTextJson_KeepsItsResults()
    {
        string expected = Use();
        await using InstrumentationSession session = await InstrumentationSession.StartAsync();
        long began = Stopwatch.GetTimestamp();
        ProbeHandle handle = await session.AttachAsync(All());
        Report("attach", began, handle);
        for (int i = 0; i < Rounds; i++)
        {
            Assert.Equal(expected, Use());
        }

        await CheckAsync(handle, expected);
        Assert.Equal(handle.Statistics.Passed, handle.Statistics.Emitted + session.Events.Loss.ByProbe[handle.Name].RingFull);
    }

    private static ProbeSpec All() => Probe.Methods("System.Text.Json!*::*");

    private async Task CheckAsync(ProbeHandle handle, string expected)
    {
        ProbeCoverage coverage = handle.Coverage;
        Assert.True(coverage.Reached.Count > 3000, coverage.Reached.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.All(coverage.Gaps, static gap => Assert.NotEmpty(gap.Reason));
        Assert.True(coverage.Gaps.Count < coverage.Reached.Count / 100, coverage.ToString());
        Assert.InRange(handle.Statistics.Hits, Rounds * 1000, long.MaxValue);
        Assert.Equal(handle.Statistics.Hits, handle.Statistics.Passed);

        long began = Stopwatch.GetTimestamp();
        await handle.DisposeAsync();
        Report("detach", began, handle);
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, DetachLimit);
        long hits = handle.Statistics.Hits;
        Assert.Equal(expected, Use());
        Assert.Equal(hits, handle.Statistics.Hits);
        Assert.Equal(0, handle.Statistics.Faults);
    }

    private void Report(string what, long began, ProbeHandle handle) =>
        output.WriteLine($"{what}: {Stopwatch.GetElapsedTime(began).TotalMilliseconds:F0} ms, {handle.Coverage.Reached.Count} reached, {handle.Coverage.Gaps.Count} gaps, {handle.Statistics}");

    private static string Use()
    {
        Order order = new(7, "Straße \"9\" \u20AC", [new Line("a", 1.5m, null), new Line("b", 2, [1, 2, 3])], new Dictionary<string, double> { ["x"] = 0.1, ["y"] = -1e300 }, DayOfWeek.Friday, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)));
        string text = JsonSerializer.Serialize(order, new JsonSerializerOptions { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower });
        Order back = JsonSerializer.Deserialize<Order>(text, new JsonSerializerOptions { PropertyNameCaseInsensitive = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower })!;
        JsonNode node = JsonNode.Parse(text)!;
        node["lines"]!.AsArray().Add(new JsonObject { ["name"] = "c", ["price"] = 3 });
        using JsonDocument document = JsonDocument.Parse(node.ToJsonString());
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            writer.WriteStartArray();
            document.RootElement.GetProperty("name").WriteTo(writer);
            writer.WriteNumberValue(document.RootElement.GetProperty("lines").GetArrayLength());
            writer.WriteEndArray();
        }

        string error = Assert.ThrowsAny<JsonException>(static () => JsonSerializer.Deserialize<int[]>("[1, 2, x]")).Message;
        return $"{text}|{back.Name}|{back.Lines[1].Tags!.Length}|{Encoding.UTF8.GetString(stream.ToArray())}|{error}";
    }

    private sealed record Line(string Name, decimal Price, int[]? Tags);

    private sealed record Order(int Id, string Name, IReadOnlyList<Line> Lines, Dictionary<string, double> Extra, DayOfWeek Day, DateTimeOffset At);
}
