using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Instrumentation.Benchmarks.Ebpf;
using Instrumentation.Events;

namespace Instrumentation.Benchmarks;

/// <summary>
/// A probe that captures, on a method that is called some 20 million times a second, in a session with a budget of 1 % of a processor: how long it takes until it is within
/// the budget, and what is left of the program's speed after a second. The speed is compared with that of a twin which is never probed, in pieces of half a
/// millisecond that take turns, before the attach and after.
/// </summary>
internal sealed class GovernorFigure : KernelFigure
{
    private const int Rounds = 3;
    private const int CallsPerPiece = 20_000;
    private const double NanosecondsPerCall = 22;
    private const double Budget = 1;

    private static int _sink;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names => ["governor", "governor.seconds"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Needs => [];

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<Reading>> MeasureAsync()
    {
        int work = FindWork();
        List<double> left = [];
        List<double> seconds = [];
        List<double> rates = [];
        double worstCost = 0;
        for (int round = 0; round < Rounds; round++)
        {
            (double rate, double before) = await Task.Run(() => Measure(work, TimeSpan.FromSeconds(1))).ConfigureAwait(false);
            await using InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions { Budget = new OverheadBudget { CpuPercent = Budget } }).ConfigureAwait(false);
            await using ProbeHandle handle = await session.AttachAsync(Probe.Method(() => Step(0, 0)).Capture(c => new { Left = c.Arg<int>(0), c.Duration })).ConfigureAwait(false);
            long attached = MonotonicClock.Now;
            _ = await Task.Run(() => Measure(work, TimeSpan.FromSeconds(1))).ConfigureAwait(false);
            OverheadGovernor governor = session.Governor!;
            worstCost = Math.Max(worstCost, governor.Cost.CpuPercent);
            (_, double after) = await Task.Run(() => Measure(work, TimeSpan.FromSeconds(2))).ConfigureAwait(false);
            rates.Add(rate);
            left.Add(before / after);
            seconds.Add(governor.Cost.CpuPercent <= Budget && governor.History.Any(static step => step.IsDown)
                ? (governor.History.Last(static step => step.IsDown).Timestamp - attached) / 1e9
                : double.PositiveInfinity);
        }

        FormattableString detail = $"{Median(rates) / 1e6:F1} M calls a second; {string.Join(", ", left.Select(static one => one.ToString("F3", CultureInfo.InvariantCulture)))} of the speed left, with {worstCost:F3} % of a processor for probes and governor";
        return [new Reading(Names[0], Median(left), 0.97, AtLeast: true, detail), new Reading(Names[1], seconds.Max(), 1, AtLeast: false, $"until the last step down, the longest of {Rounds} rounds")];
    }

    private static int Step(int left, int right) => (left * 31) + right;

    private static int TwinStep(int left, int right) => (left * 37) + right;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Run(int calls, int work)
    {
        int value = calls;
        for (int i = 0; i < calls; i++)
        {
            value = Step(value, i);
            for (int j = 0; j < work; j++)
            {
                value = (value * 1_103_515_245) + 12_345;
            }
        }

        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int RunTwin(int calls, int work)
    {
        int value = calls;
        for (int i = 0; i < calls; i++)
        {
            value = TwinStep(value, i);
            for (int j = 0; j < work; j++)
            {
                value = (value * 1_103_515_245) + 12_345;
            }
        }

        return value;
    }

    private static int FindWork()
    {
        // Until both have their last tier.
        for (int i = 0; i < 40; i++)
        {
            _sink = Run(10_000, 40) + RunTwin(10_000, 40);
            Thread.Sleep(10);
        }

        int work = 2;
        while (Enumerable.Range(0, 7).Min(_ => Time(Run, work)) / CallsPerPiece < NanosecondsPerCall)
        {
            work += 2;
        }

        return work;
    }

    private static (double CallsPerSecond, double OfTwin) Measure(int work, TimeSpan time)
    {
        List<double> ratios = [];
        List<double> whole = [];
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            double ours = Time(Run, work);
            double twin = Time(RunTwin, work);
            ratios.Add(ours / twin);
            whole.Add(ours + twin);
        }

        return (CallsPerPiece * 1e9 / Median(whole), Median(ratios));
    }

    private static double Time(Func<int, int, int> run, int work)
    {
        long start = Stopwatch.GetTimestamp();
        _sink = run(CallsPerPiece, work);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds;
    }
}
