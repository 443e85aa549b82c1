using System.Text.Json;
using System.Text.Json.Serialization;
using Instrumentation;

namespace Recipes;

/// <summary>What the pages under docs show, as it stands there; a test compares them.</summary>
public static class Documented
{
    public static async Task Budget(Orders orders)
    {
        ProbeSpec spec = Probe.Method((Orders o) => o.Price(default!)).Capture(c => c.Arg<string>("product"));

        await using var session = await InstrumentationSession.StartAsync(new InstrumentationOptions
        {
            Budget = new OverheadBudget { CpuPercent = 1, EventsPerSecond = 50_000, BytesPerSecond = 10_000_000 },
        });

        Console.WriteLine(await session.ForecastAsync(spec));   // before
        ProbeHandle probe = await session.AttachAsync(spec);
        Console.WriteLine(probe.Statistics.Cost);               // while it runs

        Task watching = Watch(session);
        await Task.Run(() => Load(orders, TimeSpan.FromSeconds(1)));
        await session.DisposeAsync();
        await watching;
    }

    private static async Task Watch(InstrumentationSession session)
    {
        await foreach (GovernorStep step in session.Governor!.Steps)
        {
            Console.WriteLine(step);                            // what was reduced or restored, and why
        }
    }

    public static async Task SpecFromAFile(Orders orders)
    {
        await File.WriteAllTextAsync("slow.json", """{ "point": { "method": "Recipes.Orders::PlaceAsync" }, "when": { ">": ["duration", { "milliseconds": 5 }] }, "label": "slow" }""");
        await using var session = await InstrumentationSession.StartAsync();

        ProbeSpec spec = ProbeSpecJson.Read(File.ReadAllText("slow.json"));
        await using ProbeHandle probe = await session.AttachAsync(spec);

        await orders.WorkAsync();
        Console.WriteLine(probe);
        Console.WriteLine(JsonSerializer.Serialize(new Plan("of the day", [spec]), PlanContext.Default.Plan));
    }

    private static void Load(Orders orders, TimeSpan time)
    {
        long start = Environment.TickCount64;
        while (Environment.TickCount64 - start < time.TotalMilliseconds)
        {
            orders.Price("tea");
        }
    }
}

public sealed record Plan(string Name, IReadOnlyList<ProbeSpec> Probes);

[JsonSerializable(typeof(Plan))]
internal sealed partial class PlanContext : JsonSerializerContext;
