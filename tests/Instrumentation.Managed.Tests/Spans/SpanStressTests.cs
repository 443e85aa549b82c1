using System.Runtime.CompilerServices;
using Instrumentation.Events;
using Instrumentation.Managed.Tests.Harness;
using Instrumentation.Spans;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Managed.Tests.Spans;

/// <summary>Span probes come and go while calls run, throw, recurse and await on many threads: results stay right, parents are never invented, and no thread is left in a span.</summary>
[Collection(AloneCollection.Name)]
public sealed class SpanStressTests
{
    private const int Cycles = 150;

    private static readonly string[] Levels = ["::HandleAsync", "::Work", "::Leaf"];

    [Fact]
    public async Task AttachAndDetach_WhileCallsRun_LeavesNoThreadInASpan()
    {
        using CancellationTokenSource stop = new();
        InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions { BacklogBytes = 0 });
        Dictionary<long, long> parents = [];
        long wrong = 0;
        Task reading = Task.Run(async () =>
        {
            await foreach (ProbeEvent one in session.Events)
            {
                // Leaf is called by Work and HandleAsync, and Work by HandleAsync and itself. Two probes on one method make two spans of a call, one in the other.
                int level = Array.FindIndex(Levels, one.Site.EndsWith);
                int around = one.Span.Name is { } name ? Array.FindIndex(Levels, name.EndsWith) : 0;
                bool right = level >= 0 && around >= 0 && around <= level;
                wrong += right && (one.SpanId == 0 || parents.TryAdd(one.SpanId, one.Span.Id)) ? 0 : 1;
            }
        });
        Task<long>[] loads = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => LoadAsync(stop.Token)))];
        Random random = new(5);
        ProbeSpec[] specs =
        [
            Probe.Method(() => Service.HandleAsync(0)).AsSpan(),
            Probe.Method(() => Service.Work(0, 0)).AsSpan(),
            Probe.Method(() => Service.Leaf(0)).AsSpan(),
            Probe.Method(() => Service.Leaf(0)).OnEntry(),
            Probe.Method(() => Service.HandleAsync(0)).BreakdownBy(c => c.Place),
        ];
        List<ProbeHandle> attached = [];
        for (int cycle = 0; cycle < Cycles; cycle++)
        {
            if (attached.Count > 3 || (attached.Count > 0 && random.Next(2) == 0))
            {
                int at = random.Next(attached.Count);
                await attached[at].DisposeAsync();
                attached.RemoveAt(at);
            }
            else
            {
                attached.Add(await session.AttachAsync(specs[random.Next(specs.Length)]));
            }

            GC.Collect(0);
            await Task.Delay(2);
        }

        await stop.CancelAsync();
        long calls = (await Task.WhenAll(loads)).Sum();
        await session.DisposeAsync();
        await reading;
        Assert.True(calls > 100, $"{calls} calls");
        Assert.Equal(0, wrong);
        Assert.True(parents.Count > 100, $"{parents.Count} spans");
        await WatchLeft();
    }

    // A thread of the pool gives its flow back when its work is done, which may be a moment after the task has ended.
    private static async Task WatchLeft()
    {
        long until = Environment.TickCount64 + 10_000;
        while (Open() is { Count: > 0 } open)
        {
            Assert.True(Environment.TickCount64 < until, string.Join(", ", open));
            await Task.Delay(10);
        }
    }

    private static unsafe List<string> Open()
    {
        List<string> open = [];
        foreach (nint pointer in ThreadStates.Snapshot())
        {
            ThreadState* state = (ThreadState*)pointer;
            if (state->Context != null && (state->Context->Flow != 0 || state->Context->Sync != 0))
            {
                open.Add($"thread {state->ThreadId} is in {new SpanReference(ThreadContext.Innermost(state->Context))}");
            }
        }

        return open;
    }

    private static async Task<long> LoadAsync(CancellationToken stop)
    {
        long calls = 0;
        while (!stop.IsCancellationRequested)
        {
            for (int i = 0; i < 10; i++)
            {
                Assert.Equal(i + 4, await Service.HandleAsync(i));
                calls++;
            }

            await Task.Yield();
        }

        return calls;
    }

    private static class Service
    {
        public static async Task<int> HandleAsync(int number)
        {
            int result = Work(number, 3);
            await Task.Yield();
            result += Task.Run(() => Leaf(0)).GetAwaiter().GetResult();
            return result - 1 + await Task.FromResult(1);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static int Work(int number, int depth)
        {
            try
            {
                return depth == 0 ? throw new InvalidOperationException() : Work(number, depth - 1) + 1;
            }
            catch (InvalidOperationException)
            {
                return Leaf(number) - 1;
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static int Leaf(int number) => number + 1;
    }
}
