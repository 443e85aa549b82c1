using System.Globalization;
using Instrumentation;
using WebShop.Load;
using WebShop.Shop;

namespace WebShop.Observation;

/// <summary>
/// Measures what the probes that a user keeps on in production cost (<see cref="ShopProbes.Production"/>): requests as spans added up by route, counts, histograms, and exceptions as events.
/// At a steady pace, in windows without and with probes that take turns and have the same requests; each with probes is compared with the two around it, and the
/// figure is the median, in percent of the machine's processors.
/// </summary>
/// <param name="output">Takes what is measured.</param>
public sealed class OverheadGate(TextWriter output)
{
    private const string Name = "webshop.overhead";
    private const int RequestsPerSecond = 1000;
    private const int LeastRounds = 7;
    private const int MostRounds = 13;
    private const double WindowSeconds = 2;
    private const double LimitPercent = 2;

    // As long as the rounds scatter so much that their median is less certain than this, in percent of a processor, there are more of them.
    private const double EnoughCertainty = 0.5;

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
        List<(double Off, double On)> rounds = [];
        try
        {
            await load.RunAsync(WarmUp, cancellationToken);
            List<ProbeHandle> attached = await AttachAsync(session, cancellationToken);
            await load.RunAsync(SettleOn, cancellationToken);
            await DetachAsync(attached);
            double before = await MeasureAsync(load, SettleOff, cancellationToken);
            while (rounds.Count < LeastRounds || (rounds.Count < MostRounds && Uncertainty(rounds) > EnoughCertainty))
            {
                attached = await AttachAsync(session, cancellationToken);
                double on = await MeasureAsync(load, SettleOn, cancellationToken);
                await DetachAsync(attached);
                double after = await MeasureAsync(load, SettleOff, cancellationToken);
                double off = (before + after) / 2;
                rounds.Add((off, on));
                before = after;
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {rounds.Count}: {off:F1} % of a processor without, {on:F1} % with, {on - off:+0.00;-0.00}"));
            }

            await output.WriteLineAsync($"  {picture.Events} events, {session.Events.Loss.Total} lost");
        }
        finally
        {
            await session.DisposeAsync();
            await reading;
        }

        return Judge(rounds);
    }

    private static async Task<List<ProbeHandle>> AttachAsync(InstrumentationSession session, CancellationToken cancellationToken)
    {
        List<ProbeHandle> handles = [];
        foreach (ProbeSpec spec in ShopProbes.Production)
        {
            handles.Add(await session.AttachAsync(spec, cancellationToken));
        }

        return handles;
    }

    private static async Task DetachAsync(List<ProbeHandle> handles)
    {
        foreach (ProbeHandle handle in handles)
        {
            await handle.DisposeAsync();
        }
    }

    private int Judge(List<(double Off, double On)> rounds)
    {
        double points = Middle(rounds.Select(static round => round.On - round.Off));
        double percent = points / Environment.ProcessorCount;
        double relative = Middle(rounds.Select(static round => 100 * ((round.On / round.Off) - 1)));
        bool within = percent <= LimitPercent;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {RequestsPerSecond} requests a second take {Middle(rounds.Select(static round => round.Off)):F1} % of a processor, both sides of the connections; the probes add {points:F2} points, {relative:F1} % of that{(within ? "" : "; BEYOND THE LIMIT")}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Name} {percent:F3} {LimitPercent:F2}"));
        return within ? 0 : 1;
    }

    // The usual error of the median, from the width of the middle half.
    private static double Uncertainty(List<(double Off, double On)> rounds)
    {
        double[] sorted = [.. rounds.Select(static round => round.On - round.Off).Order()];
        double middleHalf = sorted[sorted.Length * 3 / 4] - sorted[sorted.Length / 4];
        return 0.93 * middleHalf / Math.Sqrt(sorted.Length);
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
