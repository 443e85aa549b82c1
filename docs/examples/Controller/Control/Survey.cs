using Instrumentation;

namespace Control;

/// <summary>What was seen of a method in the first look.</summary>
/// <param name="Method">The method, as coverage names it.</param>
/// <param name="Calls">Its durations: how many, how long in all, the longest.</param>
internal sealed record Measured(string Method, SummarySnapshot Calls)
{
    /// <summary>The time of all calls.</summary>
    public TimeSpan Total => TimeSpan.FromMicroseconds(Calls.Sum / 1000.0);

    public override string ToString() =>
        $"{Method}: {Calls.Count:N0} calls, {Calls.Average / 1e6:F3} ms on average, {Calls.Maximum / 1e6:F1} ms at most, {Total.TotalMilliseconds:N0} ms in all";
}

/// <summary>The first look: a count and the durations of every method that a pattern names.</summary>
internal static class Survey
{
    /// <summary>Measures all methods for a while.</summary>
    /// <param name="session">The session.</param>
    /// <param name="pattern">The methods.</param>
    /// <param name="time">How long.</param>
    /// <returns>What was seen, the method with the most time first.</returns>
    public static async Task<IReadOnlyList<Measured>> RunAsync(InstrumentationSession session, string pattern, TimeSpan time)
    {
        Dictionary<string, AggregateHandle<SummarySnapshot>> probes = [];
        foreach (string method in session.CanAttach(Probe.Methods(pattern)).Reached)
        {
            probes[method] = await session.AttachAsync(Probe.Method(method).Summary(c => c.Duration).Named(method));
        }

        await Task.Delay(time);
        Measured[] seen = [.. probes.Select(static pair => new Measured(pair.Key, pair.Value.Read())).OrderByDescending(static one => one.Calls.Sum)];
        foreach (AggregateHandle<SummarySnapshot> probe in probes.Values)
        {
            await probe.DisposeAsync();
        }

        return seen;
    }
}
