using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>Counts of threads that come and go.</summary>
[Collection(AloneCollection.Name)]
public sealed class ThreadTests
{
    [Fact]
    public async Task Count_ThreadsThatEnd_IsExact()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        await using AggregateHandle<CountSnapshot> count = await Watch.CountAsync(session, Probe.Method(() => Busy.FromThreads(0)));
        for (int round = 0; round < 50; round++)
        {
            Thread[] threads = [.. Enumerable.Range(0, 8).Select(static _ => new Thread(static () =>
            {
                for (int i = 0; i < 100; i++)
                {
                    Busy.FromThreads(i);
                }
            }))];
            Array.ForEach(threads, static thread => thread.Start());
            Array.ForEach(threads, static thread => thread.Join());
        }

        Assert.Equal(50 * 8 * 100, count.Read().Total);
    }
}
