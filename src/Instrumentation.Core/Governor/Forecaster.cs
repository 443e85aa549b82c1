using System.Diagnostics;
using Instrumentation.Backends;

namespace Instrumentation.Governor;

/// <summary>Finds out what a probe would cost, by counting its hits for a moment.</summary>
/// <param name="attach">Attaches a count that no governor touches.</param>
/// <param name="backend">Who would attach the probe.</param>
internal sealed class Forecaster(Func<ProbeSpec, CancellationToken, Task<ProbeHandle>> attach, IProbeBackend backend)
{
    private const double NanosecondsPerPercent = 1e7;
    private const int Parts = 5;

    /// <summary>From so many hits on the busiest part counts: the first ones run code that is not optimized yet, and fewer of them.</summary>
    private const double ManyHits = 1000;

    /// <summary>The percent of a processor that asking a condition may take in a look.</summary>
    private const double MostForCondition = 10;

    /// <summary>Looks and calculates.</summary>
    /// <param name="spec">The probe.</param>
    /// <param name="look">How long to look.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>The forecast.</returns>
    /// <exception cref="InstrumentationException">The probe could not be attached here.</exception>
    public async Task<CostForecast> ForecastAsync(ProbeSpec spec, TimeSpan look, CancellationToken cancellationToken)
    {
        ProbeCoverage coverage = backend.CanAttach(spec);
        List<string> notes = [];
        if (coverage.Reached.Count == 0)
        {
            notes.Add("It would reach nothing: the coverage says why.");
            return new CostForecast(coverage, TimeSpan.Zero, 0, 0, 0, 0, 0, 0, notes);
        }

        HitCost cost = await Task.Run(() => backend.CostOf(spec, ProbeReduction.None), cancellationToken).ConfigureAwait(false);
        TimeSpan part = spec.Condition is null ? look : look / 2;
        (double hits, _) = await CountAsync(Count(spec, condition: false), part, cancellationToken).ConfigureAwait(false);
        double passed = hits;
        if (spec.Condition is not null && hits * cost.PerHit / NanosecondsPerPercent <= MostForCondition)
        {
            (double asked, passed) = await CountAsync(Count(spec, condition: true), look - part, cancellationToken).ConfigureAwait(false);
            passed = asked > 0 ? Math.Min(hits, passed * hits / asked) : passed;
        }
        else if (spec.Condition is not null)
        {
            notes.Add("There are too many hits to ask the condition in a look: it is counted as if it always held.");
        }

        if (spec.Limits.Hits is { } most)
        {
            notes.Add($"The probe would detach itself after {most} reported hits.");
        }

        double reports = Math.Min(spec.Limits.PerSecond ?? double.PositiveInfinity, passed / spec.Limits.SampleEvery);
        double events = spec.Aggregation is null ? reports : 0;
        double perEvent = EventSize.Estimate(spec) * new DeliveryCost().PerByte;
        double nanoseconds = cost.Of(hits, reports) + (events * perEvent);
        return new CostForecast(
            coverage,
            look,
            hits,
            reports,
            hits > 0 ? nanoseconds / hits : cost.Of(1, 1) + (spec.Aggregation is null ? perEvent : 0),
            nanoseconds / NanosecondsPerPercent,
            events,
            events * EventSize.Estimate(spec),
            notes);
    }

    private static ProbeSpec Count(ProbeSpec spec, bool condition) => new(spec.Point)
    {
        Edge = spec.Edge,
        Aggregation = new CountAggregation(),
        Condition = condition ? spec.Condition : null,
        GettersAllowed = condition && spec.GettersAllowed,
        Label = $"forecast of {spec.Label ?? spec.Point.Describe()}",
    };

    private async Task<(double Hits, double Passed)> CountAsync(ProbeSpec count, TimeSpan time, CancellationToken cancellationToken)
    {
        ProbeHandle handle = await attach(count, cancellationToken).ConfigureAwait(false);
        await using (handle.ConfigureAwait(false))
        {
            List<(double Seconds, ProbeStatistics Seen)> parts = [];
            ProbeStatistics first = handle.Statistics;
            ProbeStatistics last = first;
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Parts; i++)
            {
                await Task.Delay(time / Parts, cancellationToken).ConfigureAwait(false);
                ProbeStatistics now = handle.Statistics;
                long end = Stopwatch.GetTimestamp();
                parts.Add((Stopwatch.GetElapsedTime(start, end).TotalSeconds, now with { Hits = now.Hits - last.Hits, Passed = now.Passed - last.Passed }));
                (start, last) = (end, now);
            }

            bool many = last.Hits - first.Hits >= ManyHits;
            return many
                ? (parts.Max(static one => one.Seen.Hits / one.Seconds), parts.Max(static one => one.Seen.Passed / one.Seconds))
                : ((last.Hits - first.Hits) / parts.Sum(static one => one.Seconds), (last.Passed - first.Passed) / parts.Sum(static one => one.Seconds));
        }
    }
}
