using System.Diagnostics;
using System.Reflection;
using Instrumentation.Events;
using Instrumentation.Managed.Points;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Engine.Libraries;

/// <summary>Every method of a large library under probes at once, while its public entry points are used: nothing changes, and every call that begins ends.</summary>
[Collection(AloneCollection.Name)]
public sealed class LibraryTests(ITestOutputHelper output)
{
    private const string SystemTextJson = "System.Text.Json";
    private const string NewtonsoftJson = "Newtonsoft.Json";
    private const string MonoCecil = "Mono.Cecil";
    private const int Rounds = 2;
    private const int FewestMethods = 500;

    [Theory]
    [InlineData(SystemTextJson)]
    [InlineData(NewtonsoftJson)]
    public async Task EveryMethod_UnderEventProbes_KeepsResultsAndEndsEachCallThatItBegins(string library)
    {
        byte[] expected = Use(library);
        InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions
        {
            RingBytesPerThread = 64 * 1024 * 1024,
            ReaderBufferBytes = 128 * 1024 * 1024,
        });
        SiteCounts counts = new(session);
        List<ProbeHandle> probes =
        [
            .. await AttachAsync(library, spec => session.AttachAsync(spec.OnEntry().Named("entries"))),
            .. await AttachAsync(library, spec => session.AttachAsync(spec.OnReturn().OrThrow().Named("ends"))),
            .. await AttachAsync(library, spec => session.AttachAsync(spec.OnCall().Named("calls"))),
        ];
        UseUnderProbes(library, expected);
        await session.DisposeAsync();
        await counts.EndAsync();

        Assert.Equal(0, session.Events.Loss.Total);
        output.WriteLine($"{counts.Sites.Count()} methods were called: {counts.Total(ProbeEdge.Entry)} enters, {counts.Total(ProbeEdge.Return)} returns, {counts.Total(ProbeEdge.Throw)} throws, {counts.Total(ProbeEdge.Call)} calls");
        Assert.InRange(counts.Sites.Count(), FewestMethods, int.MaxValue);
        Assert.NotEqual(0, counts.Total(ProbeEdge.Throw));
        Assert.All(counts.Sites, site =>
        {
            long entered = counts[site, ProbeEdge.Entry];
            Assert.True(
                entered == counts[site, ProbeEdge.Return] + counts[site, ProbeEdge.Throw] && entered == counts[site, ProbeEdge.Call],
                $"{ProbeSite.Find(site)}: {entered} enters, {counts[site, ProbeEdge.Return]} returns, {counts[site, ProbeEdge.Throw]} throws, {counts[site, ProbeEdge.Call]} calls");
        });
        Assert.All(probes, static probe => Assert.Equal(0, probe.Statistics.Faults));
        Assert.Equal(expected, Use(library));
    }

    [Theory]
    [InlineData(SystemTextJson)]
    [InlineData(NewtonsoftJson)]
    [InlineData(MonoCecil)]
    public async Task EveryMethod_UnderCountingProbes_KeepsResultsAndEndsAsManyCallsAsItBegins(string library)
    {
        byte[] expected = Use(library);
        await using InstrumentationSession session = await InstrumentationSession.StartAsync();
        long began = Stopwatch.GetTimestamp();
        List<AggregateHandle<CountSnapshot>> entries = await AttachAsync(library, spec => session.AttachAsync(spec.OnEntry().Count()));
        Report("attach of a probe", began);
        Report(library, entries[0].Coverage);
        List<AggregateHandle<CountSnapshot>> returns = await AttachAsync(library, spec => session.AttachAsync(spec.OnReturn().Count()));
        List<AggregateHandle<CountSnapshot>> throws = await AttachAsync(library, spec => session.AttachAsync(spec.OnThrow().Count()));
        List<AggregateHandle<HistogramSnapshot>> calls = await AttachAsync(library, spec => session.AttachAsync(spec.OnCall().Histogram(c => c.Duration)));
        Assert.Equal(0, Total(entries));
        UseUnderProbes(library, expected);
        (long entered, long returned, long thrown, long called) = (Total(entries), Total(returns), Total(throws), calls.Sum(static call => call.Read().Count));

        // What the engine itself calls to weave and to take away, Mono.Cecil above all, is not seen.
        began = Stopwatch.GetTimestamp();
        foreach (AggregateHandle<HistogramSnapshot> call in calls)
        {
            await call.DisposeAsync();
        }

        Report("detach of a probe", began);
        Assert.Equal((entered, returned, thrown), (Total(entries), Total(returns), Total(throws)));
        output.WriteLine($"{entered} enters, {returned} returns, {thrown} throws, {called} calls");
        Assert.Equal(entered, returned + thrown);
        Assert.Equal(entered, called);
        Assert.InRange(entered, FewestMethods, long.MaxValue);
        CheckCoverage(library, entries[0].Coverage);
        await session.DisposeAsync();
        Assert.Equal(expected, Use(library));
        Assert.Equal(entered, Total(entries));
    }

    private static byte[] Use(string library) => library switch
    {
        SystemTextJson => SystemTextJsonUse.Run(),
        NewtonsoftJson => NewtonsoftJsonUse.Run(),
        _ => MonoCecilUse.Run(),
    };

    // The second one: what runs inside of async methods and iterators, which the first takes for one call.
    private static async Task<List<THandle>> AttachAsync<THandle>(string library, Func<ProbeSpec, Task<THandle>> attach) =>
        [await attach(Probe.Methods($"{library}!*::*")), await attach(Probe.Methods($"{library}!*::MoveNext"))];

    private static long Total(List<AggregateHandle<CountSnapshot>> counts) => counts.Sum(static count => count.Read().Total);

    /// <summary>Each method that has IL is reached or named as a gap; state machines' plumbing is reached through their methods and MoveNext.</summary>
    private static void CheckCoverage(string library, ProbeCoverage coverage)
    {
        HashSet<string> named = [.. coverage.Reached, .. coverage.Gaps.Select(static gap => gap.Place)];
        Assert.All(
            Assembly.Load(library).GetTypes().Where(static type => !StateMachines.IsStateMachine(type)).SelectMany(MethodResolver.DeclaredMethods).Where(static method => !method.IsAbstract),
            method => Assert.Contains(MethodName.WithParameters(method), named));
        Assert.All(coverage.Gaps, static gap => Assert.Equal("it has no IL: the runtime or a native library implements it", gap.Reason));
    }

    private void UseUnderProbes(string library, byte[] expected)
    {
        for (int i = 0; i < Rounds; i++)
        {
            long began = Stopwatch.GetTimestamp();
            byte[] result = Watch.OnThread(() => Use(library));
            Report("use", began);
            Assert.Equal(expected, result);
        }
    }

    private void Report(string what, long began) => output.WriteLine($"{what}: {Stopwatch.GetElapsedTime(began).TotalMilliseconds:F0} ms");

    private void Report(string library, ProbeCoverage coverage)
    {
        MethodBase[] methods = [.. Assembly.Load(library).GetTypes().SelectMany(MethodResolver.DeclaredMethods)];
        output.WriteLine($"{library}: {methods.Length} methods, {methods.Count(static method => method.IsAbstract)} abstract; {coverage.Reached.Count} reached, {coverage.Gaps.Count(static gap => gap.Blind)} blind, {coverage.Gaps.Count(static gap => !gap.Blind)} partial");
        foreach (IGrouping<string, CoverageGap> gaps in coverage.Gaps.GroupBy(static gap => gap.Reason))
        {
            output.WriteLine($"  {gaps.Count()} because {gaps.Key}");
        }
    }
}
