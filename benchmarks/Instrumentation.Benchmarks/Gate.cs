using System.Globalization;

namespace Instrumentation.Benchmarks;

/// <summary>Measures figures and compares them with their limits.</summary>
internal static class Gate
{
    /// <summary>Measures all figures in this process.</summary>
    /// <param name="figures">The figures.</param>
    /// <returns>The exit code: 0 when all are within their limits.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<Figure> figures)
    {
        int beyond = 0;
        foreach (Figure figure in figures)
        {
            await using InstrumentationSession session = await InstrumentationSession.StartAsync();
            (Action<int> ours, Action<int> other) = await figure.PrepareAsync(session);
            InterleavedRounds.Result result = InterleavedRounds.Run(ours, other, figure.MostCallsPerRound, figure.Settle);
            figure.Verify(result.Calls);
            bool within = Print(figure.Name, result.MedianRatio, figure.Limit);
            beyond += within ? 0 : 1;
            if (figure.ClaimsNoAllocation)
            {
                beyond += Print($"{figure.Name}.bytes", result.OursBytes, 0) ? 0 : 1;
            }

            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  ours {result.OursNanoseconds:F2} ns a call, the other {result.OtherNanoseconds:F2} ns; ratios from {result.LowestRatio:F3} to {result.HighestRatio:F3} in {result.Rounds} rounds{(within ? string.Empty : "; BEYOND THE LIMIT")}"));
        }

        return beyond == 0 ? 0 : 1;
    }

    private static bool Print(string name, double value, double limit)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {value:F3} {limit:F2}"));
        return value <= limit;
    }
}
