using System.Globalization;
using Instrumentation.Backends;
using Instrumentation.Benchmarks.Ebpf;
using Instrumentation.Ebpf.Capabilities;

namespace Instrumentation.Benchmarks;

/// <summary>Measures figures and compares them with their limits.</summary>
internal static class Gate
{
    /// <summary>Measures figures of the managed engine in this process.</summary>
    /// <param name="figures">The figures.</param>
    /// <returns>How many are beyond their limits.</returns>
    public static async Task<int> RunAsync(IEnumerable<Figure> figures)
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

        return beyond;
    }

    /// <summary>Measures figures of the eBPF backend. Where it may not be used they are skipped, which only root has to answer for.</summary>
    /// <param name="figures">The figures.</param>
    /// <returns>How many lines are beyond their limits, or could not be measured although this is root.</returns>
    public static async Task<int> RunAsync(IEnumerable<KernelFigure> figures)
    {
        int beyond = 0;
        foreach (KernelFigure figure in figures)
        {
            if (figure.Needs.FirstOrDefault(static name => !KernelCapabilities.Has(name)) is { } missing)
            {
                Capability capability = KernelCapabilities.Of(missing);
                foreach (string name in figure.Names)
                {
                    Console.WriteLine($"{name} skipped: {missing}");
                    beyond += Environment.IsPrivilegedProcess ? 1 : 0;
                }

                Console.Error.WriteLine($"  needs {capability.Minimum}. {capability.Mend}");
                continue;
            }

            foreach (Reading reading in await figure.MeasureAsync())
            {
                Console.WriteLine(reading);
                Console.Error.WriteLine($"  {reading.Detail.ToString(CultureInfo.InvariantCulture)}{(reading.Holds ? string.Empty : reading.AtLeast ? "; SHORT OF THE LIMIT" : "; BEYOND THE LIMIT")}");
                beyond += reading.Holds ? 0 : 1;
            }
        }

        return beyond;
    }

    private static bool Print(string name, double value, double limit)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {value:F3} {limit:F2}"));
        return value <= limit;
    }
}
