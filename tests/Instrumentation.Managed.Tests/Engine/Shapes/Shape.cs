using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Engine.Shapes;

/// <summary>Checks that every call of a method is seen once while it is probed and never after, with its results unchanged.</summary>
internal static class Shape
{
    /// <summary>Runs code before, under and after a probe; it must give the same each time.</summary>
    /// <param name="spec">The probe.</param>
    /// <param name="calls">How many calls of the probed method the code makes.</param>
    /// <param name="run">The code.</param>
    /// <returns>The events of the run under the probe.</returns>
    public static async Task<IReadOnlyList<ProbeEvent>> CheckAsync<T>(ProbeSpec spec, int calls, Func<T> run)
    {
        T before = run();
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle events = await Watch.AttachAsync(session, spec);
        AggregateHandle<CountSnapshot> count = await session.AttachAsync(new ProbeSpec(spec.Point) { Edge = spec.Edge }.Count());
        T under = run();
        await events.DisposeAsync();
        await count.DisposeAsync();
        T after = run();
        IReadOnlyList<ProbeEvent> seen = await Watch.EndAsync(session);

        Assert.Equal(before, under);
        Assert.Equal(before, after);
        Assert.Equal(calls, seen.Count);
        Assert.Equal(calls, count.Read().Total);
        Assert.Equal(calls, events.Statistics.Hits);
        Assert.Equal(0, events.Statistics.Faults);
        return seen;
    }
}
