using System.Reflection;
using Instrumentation.Events;
using Instrumentation.Managed.Points;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Engine.Libraries;

/// <summary>No method is silently dead: probes on a library see exactly the calls that a copy counts whose code was rewritten before it was loaded.</summary>
[Collection(AloneCollection.Name)]
public sealed class SilentMethodTests(ITestOutputHelper output)
{
    private const string SystemTextJson = "System.Text.Json";
    private const string NewtonsoftJson = "Newtonsoft.Json";
    private const string MonoCecil = "Mono.Cecil";
    private const int WarmUpRounds = 3;

    [Theory]
    [InlineData(SystemTextJson)]
    [InlineData(NewtonsoftJson)]
    public async Task EntryProbes_OnEveryMethod_SeeTheCallsOfEachThatARewrittenCopyCounts(string library)
    {
        Func<byte[]> use = library == SystemTextJson ? SystemTextJsonUse.Run : NewtonsoftJsonUse.Run;
        byte[] expected = use();
        Dictionary<string, long> counted = Counted(library, use, expected)
            .GroupBy(static pair => MethodName.Of(pair.Method))
            .ToDictionary(static group => group.Key, static group => group.Sum(static pair => pair.Seen));
        Dictionary<string, long> seen = await SeenAsync(library, use, expected);

        output.WriteLine($"{counted.Count} names, {counted.Values.Sum()} calls counted; {seen.Count} names, {seen.Values.Sum()} calls seen");
        string[] different =
        [
            .. counted.Keys.Union(seen.Keys)
                .Where(name => counted.GetValueOrDefault(name) != seen.GetValueOrDefault(name))
                .Order(StringComparer.Ordinal)
                .Select(name => $"{name}: {counted.GetValueOrDefault(name)} calls, {seen.GetValueOrDefault(name)} seen"),
        ];
        Assert.True(different.Length == 0, string.Join(Environment.NewLine, different));
        Assert.InRange(counted.Count, 500, int.MaxValue);
    }

    // By their sum, since there are millions of calls.
    [Fact]
    public async Task CountProbes_OnEveryMethodOfMonoCecil_SeeAsManyCallsAsARewrittenCopyCounts()
    {
        byte[] expected = MonoCecilUse.Run();
        long counted = Counted(MonoCecil, MonoCecilUse.Run, expected).Sum(static pair => pair.Seen);
        await using InstrumentationSession session = await InstrumentationSession.StartAsync();
        AggregateHandle<CountSnapshot> all = await session.AttachAsync(All(MonoCecil).Count());
        AggregateHandle<CountSnapshot> machines = await session.AttachAsync(StateMachinesOf(MonoCecil).Count());
        Assert.Equal(expected, Watch.OnThread(MonoCecilUse.Run));

        Assert.Equal(counted, all.Read().Total + machines.Read().Total);
        Assert.InRange(counted, 1_000_000, long.MaxValue);
    }

    private static ProbeSpec All(string library) => Probe.Methods($"{library}!*::*").OnEntry().Named("all");

    private static ProbeSpec StateMachinesOf(string library) => Probe.Methods($"{library}!*::MoveNext").OnEntry().Named("state machines");

    /// <summary>How often the probes should see each method in one use.</summary>
    private static List<(MethodBase Method, long Seen)> Counted(string library, Func<byte[]> use, byte[] expected)
    {
        CountedCopy copy = new(Assembly.Load(library));
        for (int i = 0; i < WarmUpRounds; i++)
        {
            // On new threads, so that each use finds the threads' caches empty.
            _ = copy.Take();
            Assert.Equal(expected, Watch.OnThread(use));
            Assert.Equal(expected, Watch.OnThread(() => copy.Run(use)));
        }

        return [.. copy.Take().Select(static pair => (pair.Method, pair.Calls * TimesProbed(pair.Method))).Where(static pair => pair.Item2 > 0)];
    }

    private static async Task<Dictionary<string, long>> SeenAsync(string library, Func<byte[]> use, byte[] expected)
    {
        InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions
        {
            RingBytesPerThread = 64 * 1024 * 1024,
            ReaderBufferBytes = 64 * 1024 * 1024,
        });
        SiteCounts counts = new(session);
        await session.AttachAsync(All(library));
        await session.AttachAsync(StateMachinesOf(library));
        Assert.Equal(expected, Watch.OnThread(use));
        await session.DisposeAsync();
        await counts.EndAsync();
        Assert.Equal(0, session.Events.Loss.Total);
        return counts.Sites
            .GroupBy(static site => ProbeSite.Find(site)!.Name)
            .ToDictionary(static group => group.Key, group => group.Sum(site => counts[site, ProbeEdge.Entry]));
    }

    // What a state machine has besides MoveNext is not probed; any other MoveNext is named by both probes.
    private static int TimesProbed(MethodBase method) => (method.Name == "MoveNext" ? 1 : 0) + (StateMachines.IsStateMachine(method.DeclaringType!) ? 0 : 1);
}
