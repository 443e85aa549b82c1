using System.Diagnostics;

namespace Instrumentation.Benchmarks;

/// <summary>
/// Times two ways in turn, many short rounds of each, and compares them round by round: what disturbs a shared machine disturbs both alike, and the
/// median forgets the rest.
/// </summary>
internal static class InterleavedRounds
{
    private const int Rounds = 301;
    private const double RoundMilliseconds = 2;

    /// <summary>What a measurement gave.</summary>
    /// <param name="MedianRatio">The median over the rounds of our time over the other's.</param>
    /// <param name="LowestRatio">The 5th percentile of the ratios.</param>
    /// <param name="HighestRatio">The 95th percentile of the ratios.</param>
    /// <param name="OursNanoseconds">The median of our time for a call.</param>
    /// <param name="OtherNanoseconds">The median of the other's time for a call.</param>
    /// <param name="Rounds">The number of rounds.</param>
    /// <param name="OursBytes">The managed bytes that a call of ours allocated on its thread, over all rounds.</param>
    /// <param name="Calls">The calls that each way made, warm-up included.</param>
    internal sealed record Result(
        double MedianRatio,
        double LowestRatio,
        double HighestRatio,
        double OursNanoseconds,
        double OtherNanoseconds,
        int Rounds,
        double OursBytes,
        long Calls);

    /// <summary>Measures.</summary>
    /// <param name="ours">Our way: does a number of calls.</param>
    /// <param name="other">The other way.</param>
    /// <param name="mostCalls">The most calls of a round.</param>
    /// <param name="settle">Is called before each round of both ways, and not timed.</param>
    /// <returns>The result.</returns>
    public static Result Run(Action<int> ours, Action<int> other, int mostCalls, Action settle)
    {
        long calls = 0;

        // Tier-0 code is counted and replaced in the background: let both ways arrive at their last tier.
        for (int i = 0; i < 6; i++)
        {
            for (int j = 0; j < 40; j++)
            {
                settle();
                ours(2_000);
                other(2_000);
                calls += 2_000;
            }

            Thread.Sleep(150);
        }

        int perRound = Math.Min(10_000, mostCalls);
        while (Time(other, perRound, ref calls, ours, settle) * 1e3 < RoundMilliseconds && perRound < mostCalls)
        {
            perRound = Math.Min(perRound * 2, mostCalls);
        }

        double[] ratios = new double[Rounds];
        double[] oursTimes = new double[Rounds];
        double[] otherTimes = new double[Rounds];
        long allocated = 0;
        Action<int> oursMeasured = count =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            ours(count);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        };
        for (int i = 0; i < Rounds; i++)
        {
            bool oursFirst = i % 2 == 0;
            settle();
            double first = Seconds(oursFirst ? oursMeasured : other, perRound);
            double second = Seconds(oursFirst ? other : oursMeasured, perRound);
            calls += perRound;
            (oursTimes[i], otherTimes[i]) = oursFirst ? (first, second) : (second, first);
            ratios[i] = oursTimes[i] / otherTimes[i];
        }

        Array.Sort(ratios);
        Array.Sort(oursTimes);
        Array.Sort(otherTimes);
        double nanoseconds = 1e9 / perRound;
        return new Result(
            ratios[Rounds / 2],
            ratios[Rounds / 20],
            ratios[Rounds - 1 - (Rounds / 20)],
            oursTimes[Rounds / 2] * nanoseconds,
            otherTimes[Rounds / 2] * nanoseconds,
            Rounds,
            (double)allocated / perRound / Rounds,
            calls);
    }

    private static double Time(Action<int> way, int count, ref long calls, Action<int> alongside, Action settle)
    {
        settle();
        alongside(count);
        calls += count;
        return Seconds(way, count);
    }

    private static double Seconds(Action<int> way, int count)
    {
        long start = Stopwatch.GetTimestamp();
        way(count);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
