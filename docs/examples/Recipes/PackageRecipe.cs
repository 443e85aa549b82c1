using Instrumentation;

namespace Recipes;

/// <summary>What the pages of the packages show (src/*/README.md) and the recipes of the README do not; a test compares them.</summary>
public static class PackageRecipe
{
    public static async Task Core(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();
        await session.AttachAsync(Probe.Method((Orders o) => o.PlaceAsync(default!, default)));
        await orders.WorkAsync();
        await session.DisposeAsync();

        Console.WriteLine($"{await PrintSlowAsync(session, TimeSpan.FromMilliseconds(5))} events lost");
    }

    public static async Task<long> PrintSlowAsync(InstrumentationSession session, TimeSpan limit)
    {
        await foreach (ProbeEvent e in session.Events)
        {
            if (e.Duration > limit)
            {
                Console.WriteLine($"{e.Site} took {e.Duration.TotalMilliseconds:F1} ms on thread {e.ThreadId}");
            }
        }

        return session.Events.Loss.Total;
    }
}
