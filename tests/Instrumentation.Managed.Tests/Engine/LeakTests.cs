using Instrumentation.Managed.Hooks;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>What is started is stopped: nothing of a session is left when it is disposed.</summary>
[Collection(AloneCollection.Name)]
public sealed class LeakTests
{
    private const int Rounds = 200;
    private const string PumpThread = "instr-pump";

    private const long MostGrowth = 512 * 1024;

    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task Dispose_OfAllSessions_LeavesThreadsAndHandlesAsBefore()
    {
        await RoundAsync();
        await Task.Delay(Settling);
        List<string> threads = Threads();
        List<string> handles = Handles();
        await using (InstrumentationSession session = await InstrumentationSession.StartAsync())
        {
            await session.AttachAsync(Probe.Method(() => Busy.Counted(0)));
            Assert.Equal([PumpThread], Added(threads, Threads()));
        }

        for (int i = 0; i < 5; i++)
        {
            await RoundAsync();
        }

        await Watch.ReachedAsync(() => Added(threads, Threads()).Count == 0, "all threads of the sessions end");
        Assert.Empty(Added(handles, Handles()));
        Assert.Single(Threads(), "instr-profiler");
    }

    [Fact]
    public async Task Rounds_TwoHundred_KeepMemoryAndHooksBounded()
    {
        for (int i = 0; i < 20; i++)
        {
            await RoundAsync();
        }

        int hooks = HookCompiler.Count;
        long memory = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < Rounds; i++)
        {
            await RoundAsync();
        }

        long growth = GC.GetTotalMemory(forceFullCollection: true) - memory;
        Assert.Equal(hooks, HookCompiler.Count);
        Assert.True(growth < MostGrowth, $"{growth} bytes in {Rounds} rounds");
    }

    private static async Task RoundAsync()
    {
        await using InstrumentationSession session = await InstrumentationSession.StartAsync();
        int least = 2;
        ProbeHandle<int> typed = await session.AttachAsync(Probe.Method(() => Busy.Mix(0, "")).When(c => c.Arg<int>(0) >= least).Capture(c => c.Return<int>()));
        AggregateHandle<CountSnapshot> count = await session.AttachAsync(Probe.Method(() => Busy.Counted(0)).Count());
        AggregateHandle<HistogramSnapshot> histogram = await session.AttachAsync(Probe.Method(() => Busy.FromThreads(0)).Histogram(c => c.Duration));
        for (int i = 0; i < 5; i++)
        {
            _ = Busy.Mix(i, "text") + Busy.Counted(i) + Busy.FromThreads(i);
        }

        await session.DisposeAsync();
        Assert.Equal((3, 5, 5), (typed.Statistics.Passed, count.Read().Total, histogram.Read().Count));
    }

    // Threads and handles of others may end meanwhile; what counts is what is there that was not there before.
    private static List<string> Added(List<string> before, List<string> now)
    {
        List<string> added = [.. now];
        before.ForEach(one => added.Remove(one));
        return added;
    }

    // The thread pool's own threads come and go as it likes.
    private static List<string> Threads() =>
    [
        .. Directory.EnumerateDirectories("/proc/self/task")
            .Select(static task => Read(Path.Combine(task, "comm")))
            .Where(static name => name.Length > 0 && !name.StartsWith(".NET TP", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    private static List<string> Handles() =>
    [
        .. Directory.EnumerateFiles("/proc/self/fd")
            .Select(static file => new FileInfo(file).LinkTarget ?? string.Empty)
            .Where(static target => target.Length > 0 && !target.StartsWith("/proc/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (IOException)
        {
            // The thread has ended meanwhile.
            return string.Empty;
        }
    }
}
