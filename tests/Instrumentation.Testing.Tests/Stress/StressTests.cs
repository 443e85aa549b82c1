namespace Instrumentation.Testing.Tests.Stress;

/// <summary>Recorders that come and go beside whatever a program does: nothing hangs, nothing crashes, nothing is missed and nothing is another's.</summary>
[Collection(AloneCollection.Name)]
public sealed class StressTests(ITestOutputHelper output)
{
    private const int Flows = 16;
    private static readonly RecorderOptions Calls = new() { Kernel = false };

    [Fact]
    public async Task FlowsSeeTheirOwnWhileOthersRunHot()
    {
        using BackgroundLoad hot = new(2, static number => Assert.Equal(number + 7, Work.Add(number, 7)));
        await InFlowsAsync(15, static async (flow, round) =>
        {
            await using CallRecorder calls = await CallRecorder.StartAsync(Calls);
            calls.Watch(() => Work.Add(default, default));
            long own = (flow * 1_000_000L) + round + 1_000;
            await Task.WhenAll(Task.Run(() => Work.Add(own, 1)), Task.Run(() => Work.Add(own, 2)));
            _ = Work.Add(own, 3);
            Assert.Equal([1L, 2L, 3L], calls.Calls.Select(static call => (long)call.Arguments[1]!).Order());
            Assert.All(calls.Calls, call => Assert.Equal(own, call.Arguments[0]));
        });
        output.WriteLine($"{hot.Rounds} calls outside of any flow");
        Assert.True(hot.Rounds > 1_000);
    }

    [Fact]
    public async Task NothingIsMissedUnderGarbageCollection()
    {
        using BackgroundLoad garbage = new(1, static _ =>
        {
            GC.KeepAlive(Enumerable.Range(0, 2_000).Select(static i => new byte[i % 200]).ToArray());
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        });
        await InFlowsAsync(8, static async (flow, round) =>
        {
            await using CallRecorder calls = await CallRecorder.StartAsync(Calls);
            calls.Watch(() => Work.EchoAsync(default!));
            string own = $"{flow}.{round}";
            for (int i = 0; i < 20; i++)
            {
                Assert.Equal(own, await Work.EchoAsync(own));
            }

            Assert.Equal(20, calls.Calls.Count);
            Assert.All(calls.Calls, call => Assert.Equal((own, own, true), (call.Arguments[0], call.Result, call.HasEnded)));
        });
        Assert.True(garbage.Rounds > 1);
    }

    [Fact]
    public async Task ExceptionsPassThroughAndAreRecorded()
    {
        using BackgroundLoad failing = new(1, static number => Assert.Throws<InvalidOperationException>(() => Work.Fail($"load {number}")));
        await InFlowsAsync(8, static async (flow, round) =>
        {
            await using CallRecorder calls = await CallRecorder.StartAsync(Calls);
            calls.Watch(() => Work.Fail(default!));
            string own = $"{flow}.{round}";
            for (int i = 0; i < 5; i++)
            {
                Assert.Equal(own, Assert.Throws<InvalidOperationException>(() => Work.Fail(own)).Message);
            }

            Assert.Equal([own, own, own, own, own], calls.Calls.Select(static call => call.Exception?.Message));
        });
        Assert.True(failing.Rounds > 1);
    }

    [Fact]
    public async Task StreamsAreOfTheFlowThatReadsThem()
    {
        await InFlowsAsync(10, static async (flow, round) =>
        {
            await using CallRecorder calls = await CallRecorder.StartAsync(Calls);
            calls.Watch(() => Work.EchoAsync(default!)).Watch(() => Work.StreamAsync(default!, default));
            string own = $"{flow}.{round}";
            int read = 0;
            await foreach (string item in Work.StreamAsync(own, 25))
            {
                Assert.Equal($"{own}.{read++}", item);
            }

            Assert.Equal(nameof(Work.StreamAsync), calls.Calls[0].Method.Name);
            Assert.Equal(Enumerable.Range(0, 25).Select(i => $"{own}.{i}"), calls.Calls.Skip(1).Select(static call => (string)call.Result!));
        });
    }

    [Fact]
    public async Task RecursionIsRecordedCallByCall()
    {
        await InFlowsAsync(2, static async (_, round) =>
        {
            await using CallRecorder calls = await CallRecorder.StartAsync(Calls);
            calls.Watch(() => Work.Fibonacci(default)).Watch(() => Work.Sum(default));
            Assert.Equal(55, Work.Fibonacci(10));
            Assert.Equal(200 + round, Work.Sum(200 + round));
            Assert.Equal(177 + 201 + round, calls.Calls.Count);
            Assert.Equal(200 + round, DepthOf(calls.Calls[^1]));
            Assert.All(calls.Calls, static call => Assert.True(call.HasEnded));
        });
    }

    [Fact]
    public async Task ADeepRecursionDoesNotOverflow()
    {
        const int Depth = 3_000;
        TaskCompletionSource<int> done = new();
        await using CallRecorder calls = await CallRecorder.StartAsync(Calls);
        calls.Watch(() => Work.Sum(default));
        new Thread(() => done.SetResult(Work.Sum(Depth)), 16 * 1024 * 1024).Start();
        Assert.Equal(Depth, await done.Task.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(Depth + 1, calls.Calls.Count);
        Assert.Equal(Depth, DepthOf(calls.Calls[^1]));
    }

    private static int DepthOf(RecordedCall call)
    {
        int depth = 0;
        for (RecordedCall? parent = call.Parent; parent is not null; parent = parent.Parent)
        {
            depth++;
        }

        return depth;
    }

    private static Task InFlowsAsync(int rounds, Func<int, int, Task> body) => Task.WhenAll(Enumerable.Range(0, Flows).Select(flow => Task.Run(async () =>
    {
        for (int round = 0; round < rounds; round++)
        {
            await body(flow, round);
        }
    }))).WaitAsync(TimeSpan.FromSeconds(120));
}
