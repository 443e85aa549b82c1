namespace Instrumentation.Core.Tests.Fakes;

/// <summary>Sessions over a <see cref="FakeBackend"/>, and what tests of streams need again and again.</summary>
internal static class FakeSession
{
    public static Task<InstrumentationSession> StartAsync(InstrumentationOptions? options = null, FakeBackend? backend = null) =>
        InstrumentationSession.StartAsync([backend ?? new FakeBackend()], options, TestContext.Current.CancellationToken);

    public static ProbeSpec Spec(string name) => new(new FakePoint(name));

    /// <summary>Runs code on a thread of its own to its end.</summary>
    public static void OnThread(Action action) => OnThreads(1, _ => action());

    /// <summary>Runs code on threads of their own to their ends.</summary>
    public static void OnThreads(int count, Action<int> action)
    {
        Exception? failure = null;
        Thread[] threads = [.. Enumerable.Range(0, count).Select(index => new Thread(() =>
        {
            try
            {
                action(index);
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        Assert.Null(failure);
    }

    /// <summary>Reads a stream to its end.</summary>
    public static async Task<List<T>> ReadAllAsync<T>(IAsyncEnumerable<T> events)
    {
        List<T> result = [];
        await foreach (T item in events.WithCancellation(TestContext.Current.CancellationToken))
        {
            result.Add(item);
        }

        return result;
    }

    /// <summary>Waits for something that the pump brings about.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        long end = Environment.TickCount64 + 20_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < end, "it did not come about within 20 s");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
