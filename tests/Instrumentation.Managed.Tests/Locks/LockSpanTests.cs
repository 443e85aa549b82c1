using System.Runtime.CompilerServices;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Locks;

/// <summary>Waits belong to the span that waited, and name the span that had the lock.</summary>
[Collection(AloneCollection.Name)]
public sealed class LockSpanTests
{
    private const int Times = 5;

    [Fact]
    public async Task Monitor_BetweenSpans_KnowsBoth()
    {
        object target = new();
        await CheckAsync(LockKind.Monitor, new Desk(() => Monitor.Enter(target), () => Monitor.Exit(target)));
    }

    [Fact]
    public async Task Lock_BetweenSpans_KnowsBoth()
    {
        Lock target = new();
        await CheckAsync(LockKind.Lock, new Desk(target.Enter, target.Exit));
    }

    [Fact]
    public async Task Semaphore_BetweenSpans_KnowsBoth()
    {
        using SemaphoreSlim target = new(1, 1);
        await CheckAsync(LockKind.Semaphore, new Desk(target.Wait, () => target.Release()));
    }

    [Fact]
    public async Task ReaderWriterLock_BetweenSpans_KnowsBoth()
    {
        using ReaderWriterLockSlim target = new();
        await CheckAsync(LockKind.ReaderWriter, new Desk(target.EnterWriteLock, target.ExitWriteLock));
    }

    [Fact]
    public async Task Semaphore_HandedFromFlowToFlow_KnowsTheSpans()
    {
        using SemaphoreSlim target = new(1, 1);
        (ProbeEvent[] spans, ProbeEvent[] waits) = await RunAsync(LockKind.Semaphore, async () =>
        {
            TaskCompletionSource letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Task last = Desk.UseAsync(target, new TaskCompletionSource(), letGo.Task);
            for (int i = 0; i < Times; i++)
            {
                TaskCompletionSource holds = new(TaskCreationOptions.RunContinuationsAsynchronously);
                TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);
                Task flow = Desk.UseAsync(target, holds, next.Task);
                letGo.SetResult();
                await holds.Task;
                await last;
                (last, letGo) = (flow, next);
            }

            letGo.SetResult();
            await last;
        });

        long[] flows = [.. spans.OrderBy(static span => span.Start).Select(static span => span.SpanId)];
        Assert.Equal(Times + 1, flows.Length);
        Assert.Equal(flows[1..], waits.Select(static wait => wait.Span.Id));
        Assert.Equal(flows[..^1], waits.Select(static wait => (long)wait.Fields["OwnerSpan"]!));
    }

    private static async Task CheckAsync(LockKind kind, Desk desk)
    {
        (ProbeEvent[] spans, ProbeEvent[] waits) = await RunAsync(kind, () => desk.Compete(Times));

        long[] holders = [.. spans.Where(static span => span.Site.EndsWith("::Hold", StringComparison.Ordinal)).OrderBy(static span => span.Start).Select(static span => span.SpanId)];
        long[] waiters = [.. spans.Where(static span => span.Site.EndsWith("::Use", StringComparison.Ordinal)).OrderBy(static span => span.Start).Select(static span => span.SpanId)];
        waits = [.. waits.Where(wait => waiters.Contains(wait.Span.Id))];
        Assert.Equal(Times, holders.Length);
        Assert.Equal(waiters, waits.Select(static wait => wait.Span.Id));
        Assert.Equal(holders, waits.Select(static wait => (long)wait.Fields["OwnerSpan"]!));
    }

    private static async Task<(ProbeEvent[] Spans, ProbeEvent[] Waits)> RunAsync(LockKind kind, Func<Task> run)
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        foreach (string method in (string[])[nameof(Desk.Hold), nameof(Desk.Use), nameof(Desk.UseAsync)])
        {
            await Watch.AttachAsync(session, Probe.Method(typeof(Desk), method).AsSpan().Named("span"));
        }

        await Watch.AttachAsync(session, Probe.LockContention().Named("wait"));
        await Task.Run(run);
        IReadOnlyList<ProbeEvent> events = await Watch.EndAsync(session);
        return ([.. events.Where(static one => one.Probe == "span")], [.. events.Where(one => one.Probe == "wait" && one.Fields["Kind"] is LockKind of && of == kind && !one.Span.IsNone)]);
    }

    private sealed class Desk(Action take, Action release)
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static async Task UseAsync(SemaphoreSlim target, TaskCompletionSource holds, Task letGo)
        {
            await target.WaitAsync();
            holds.SetResult();
            await letGo;
            target.Release();
        }

        public Task Compete(int times)
        {
            Rival.Run(times, Hold, Use);
            return Task.CompletedTask;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Hold(Action meanwhile)
        {
            take();
            meanwhile();
            release();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Use()
        {
            take();
            release();
        }
    }
}
