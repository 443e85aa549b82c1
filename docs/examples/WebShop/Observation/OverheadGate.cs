using System.Globalization;
using Instrumentation;
using WebShop.Load;
using WebShop.Shop;

namespace WebShop.Observation;

/// <summary>
/// Measures what the probes that a user keeps on in production cost: spans of the requests with what the kernel did for each, counts, histograms and exceptions.
/// At a steady pace, in windows without and with probes that take turns and have the same requests; the figure is the median over the pairs.
/// </summary>
/// <param name="output">Takes what is measured.</param>
public sealed class OverheadGate(TextWriter output)
{
    private const string Name = "webshop.overhead";
    private const int RequestsPerSecond = 1000;
    private const int Pairs = 9;
    private const double WindowSeconds = 2;
    private const double LimitPercent = 2;

    // The runtime compiles the changed methods anew, better and better while they run: that is over before a window begins.
    private const double SettleOn = 3;
    private const double SettleOff = 1.5;
    private const double WarmUp = 12;

    /// <summary>Measures.</summary>
    /// <param name="cancellationToken">Ends it early; nothing stays attached.</param>
    /// <returns>The exit code: 0 when the figure is within its limit.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using ShopServer shop = await ShopServer.StartAsync();
        using PacedLoad load = new(shop.Address, RequestsPerSecond);
        InstrumentationSession session = await InstrumentationSession.StartAsync(cancellationToken: cancellationToken);
        ShopPicture picture = new();
        Task reading = picture.ReadAsync(session.Events);
        List<(double Off, double On)> pairs = [];
        try
        {
            ShopObserver observer = new(session);
            await load.RunAsync(WarmUp, cancellationToken);
            for (int pair = 0; pair <= Pairs; pair++)
            {
                double off = await MeasureAsync(load, SettleOff, cancellationToken);
                await observer.AttachAsync(cancellationToken);
                double on = await MeasureAsync(load, SettleOn, cancellationToken);
                await observer.DetachAsync();

                // The first pair is the first time that the probes' own code runs.
                if (pair > 0)
                {
                    pairs.Add((off, on));
                    await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  pair {pair}: {off:F1} % of a processor without, {on:F1} % with, {on - off:+0.00;-0.00}"));
                }
            }

            await output.WriteLineAsync($"  accounting: {observer.AccountingMissing ?? "on"}; {picture.Events} events, {session.Events.Loss.Total} lost");
        }
        finally
        {
            await session.DisposeAsync();
            await reading;
        }

        return Judge(pairs);
    }

    private int Judge(List<(double Off, double On)> pairs)
    {
        double points = Middle(pairs.Select(static pair => pair.On - pair.Off));
        double relative = Middle(pairs.Select(static pair => 100 * ((pair.On / pair.Off) - 1)));
        bool within = points <= LimitPercent;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {RequestsPerSecond} requests a second take {Middle(pairs.Select(static pair => pair.Off)):F1} % of a processor, both sides of the connections; the probes add {relative:F1} % to that{(within ? "" : "; BEYOND THE LIMIT")}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Name} {points:F3} {LimitPercent:F2}"));
        return within ? 0 : 1;
    }

    // In percent of one processor.
    private static async Task<double> MeasureAsync(PacedLoad load, double settle, CancellationToken cancellationToken)
    {
        await load.RunAsync(settle, cancellationToken);
        (double requestsPerSecond, TimeSpan cpu) = await load.RunAsync(WindowSeconds, cancellationToken);
        return 100 * requestsPerSecond * cpu.TotalSeconds;
    }

    private static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
