using Instrumentation.Core.Tests.Expressions;
using Instrumentation.Core.Tests.Fakes;

namespace Instrumentation.Core.Tests.Probes;

/// <summary>Specs that came as data are given the type of what reading them gives: the right one only.</summary>
public sealed class AggregateReadingTests
{
    private static readonly ProbeSpec Place = new(new FakePoint("here"));

    [Fact]
    public void Reading_TheSnapshotOfTheAggregation_IsTheTypedSpec()
    {
        Same(Place.Count());
        Same(Place.Sum(c => c.Duration));
        Same(Place.Summary(c => c.Arg<int>(0)));
        Same(Place.Histogram(c => c.Duration));
        Same(Place.Histogram(c => c.Arg<long>(0), 0, 10, 5));
        Same(Place.CountBy(c => c.Arg<Level>(0)));
        Same(Place.SumBy(c => c.Caller, c => c.Duration));
        Same(Place.SummaryBy(c => c.ThreadId, c => c.Duration));
        Same(Place.HistogramBy(c => c.Arg<bool>(0), c => c.Duration));

        static void Same<TSnapshot>(AggregateSpec<TSnapshot> spec)
            where TSnapshot : IAggregateSnapshot<TSnapshot>
        {
            ProbeSpec data = ProbeSpecJson.Read(ProbeSpecJson.Write(spec));
            Assert.NotEqual(spec, data);
            Assert.Equal(spec, data.Reading<TSnapshot>());
        }
    }

    [Fact]
    public void Reading_AnotherSnapshot_IsRefused()
    {
        Refused<CountSnapshot>(Place);
        Refused<CountSnapshot>(Place.Sum(c => c.Duration));
        Refused<SumSnapshot>(Place.Summary(c => c.Duration));
        Refused<SummarySnapshot>(Place.Histogram(c => c.Duration));
        Refused<HistogramSnapshot>(Place.Count());
        Refused<CountTable<int>>(Place.CountBy(c => c.Arg<Level>(0)));
        Refused<CountTable<int>>(Place.SumBy(c => c.ThreadId, c => c.Duration));
        Refused<KeyedTable<int, SumSnapshot>>(Place.CountBy(c => c.ThreadId));
        Refused<KeyedTable<long, SumSnapshot>>(Place.SumBy(c => c.ThreadId, c => c.Duration));
        Refused<KeyedTable<int, SummarySnapshot>>(Place.SumBy(c => c.ThreadId, c => c.Duration));

        static void Refused<TSnapshot>(ProbeSpec spec)
            where TSnapshot : IAggregateSnapshot<TSnapshot> => Assert.Throws<SpecException>(() => spec.Reading<TSnapshot>());
    }

    [Fact]
    public async Task AttachAsync_ATypedSpecWithAnotherAggregation_IsRefused()
    {
        await using InstrumentationSession session = await FakeSession.StartAsync();
        AggregateSpec<CountSnapshot> changed = Place.Count() with { Aggregation = Place.Sum(c => c.Duration).Aggregation };
        await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(changed, TestContext.Current.CancellationToken));
    }
}
