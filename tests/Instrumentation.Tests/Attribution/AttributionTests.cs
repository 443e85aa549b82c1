using System.Diagnostics;
using Instrumentation.Backends;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Tests.Order;

namespace Instrumentation.Tests.Attribution;

/// <summary>Each event of the kernel lands on the request that caused it, and none on a neighbour.</summary>
[Collection(nameof(AloneCollection))]
public sealed class AttributionTests(ITestOutputHelper output)
{
    private const int Requests = 5000;
    private const int AtATime = 64;
    private const int EventsOfOne = CauseService.Opens + CauseService.Seeks + 1;

    private static readonly int[] InQuery = [2, 5];
    private static readonly int[] InRead = [3];
    private static readonly int[] InEither = [4];

    [Fact]
    public async Task EventsOf64RequestsAtATime_AHundredThousand_LandOnTheirRequests()
    {
        Assert.SkipWhen(KernelCapabilities.Of(CapabilityNames.ProgramRawTracepoint) is { Answer: not CapabilityAnswer.Yes }, $"{CapabilityNames.ProgramRawTracepoint}: BPF programs cannot be loaded here.");
        using CauseService service = new();
        InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions { RingBytesPerThread = 1024 * 1024, ReaderBufferBytes = 256 * 1024 * 1024 });
        await using Accounting accounting = await session.AccountAsync();
        ProbeHandle<int> handled = await session.AttachAsync(Probe.Method((CauseService s) => s.HandleAsync(0)).Capture(c => c.Arg<int>(0)).AsSpan());
        ProbeHandle<int> queried = await session.AttachAsync(Probe.Method(() => CauseService.QueryAsync(0)).Capture(c => c.Arg<int>(0)).AsSpan());
        ProbeHandle<int> read = await session.AttachAsync(Probe.Method(() => CauseService.Read(0)).Capture(c => c.Arg<int>(0)).AsSpan());
        ProbeHandle<long> seeks = await session.AttachAsync(Probe.Syscall("lseek").OnEntry().ThisProcess().When(c => c.Arg<int>("fd") == Seeks.Descriptor).Capture(c => c.Arg<long>("offset")));
        string prefix = service.Prefix;
        ProbeHandle<string> opens = await session.AttachAsync(
            Probe.Syscall("openat").OnEntry().ThisProcess().When(c => c.String(c.Arg<nint>("filename")).StartsWith(prefix)).Capture(c => c.String(c.Arg<nint>("filename"))));
        ProbeHandle syncs = await session.AttachAsync(Probe.Syscall("fsync").OnEntry().ThisProcess());
        SpanTrees trees = new();
        Judge judge = new(handled, queried, read, seeks, opens, syncs, prefix.Length);
        Task reading = Task.Run(async () =>
        {
            await foreach (SpanNode tree in trees.ReadAsync(session.Events, TestContext.Current.CancellationToken))
            {
                judge.Add(tree);
            }
        });
        ThreadPool.GetMinThreads(out int workers, out int ports);
        ThreadPool.SetMinThreads(AtATime, ports);
        Stopwatch watch = Stopwatch.StartNew();
        int next = 0;
        await Task.WhenAll(Enumerable.Range(0, AtATime).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var request and <= Requests)
            {
                await service.HandleAsync(request);
            }
        })));
        TimeSpan took = watch.Elapsed;
        ThreadPool.SetMinThreads(workers, ports);
        await session.DisposeAsync();
        await reading;

        output.WriteLine(
            $"{judge.Requests} requests, {judge.Events} events in {took.TotalSeconds:F1} s; strays {judge.Strays.Count}, without span {trees.Unattributed}, late {trees.Late}, dropped {trees.Dropped}; {session.Events.Loss}");
        output.WriteLine($"{judge.WithoutSleep} of the {judge.Slow} requests that sleep lack it in their totals");
        Assert.InRange(judge.WithoutSleep, 0, 1 + (judge.Slow / 20));
        Assert.Equal(0, session.Events.Loss.Total);
        Assert.True(judge.Strays.Count == 0, string.Join(Environment.NewLine, judge.Strays));
        Assert.Equal((0, 0, 0), (trees.Unattributed, trees.Late, trees.Dropped));
        Assert.Equal((Requests, Requests * EventsOfOne), (judge.Requests, judge.Events));
        Assert.Equal(100_000, judge.Events);
    }

    // What every request must have, no more and no less; all that differs is told in words.
    private sealed class Judge(
        ProbeHandle<int> handled,
        ProbeHandle<int> queried,
        ProbeHandle<int> read,
        ProbeHandle<long> seeks,
        ProbeHandle<string> opens,
        ProbeHandle syncs,
        int prefix)
    {
        public int Requests { get; private set; }

        public int Events { get; private set; }

        /// <summary>Requests that sleep.</summary>
        public int Slow { get; private set; }

        /// <summary>Those of them whose totals lack the sleep.</summary>
        public int WithoutSleep { get; private set; }

        public List<string> Strays { get; } = [];

        public void Add(SpanNode tree)
        {
            if (!handled.TryRead(tree.Event, out int request))
            {
                Strays.Add($"{tree} is no request");
                return;
            }

            Requests++;
            SpanNode? query = tree.Children.Count == 1 && queried.TryRead(tree.Children[0].Event, out int own) && own == request ? tree.Children[0] : null;
            SpanNode? reading = query?.Children.Count == 1 && read.TryRead(query.Children[0].Event, out own) && own == request ? query.Children[0] : null;
            if (query is null || reading is null)
            {
                Strays.Add($"request {request}: {string.Join("; ", tree.Walk())}");
                return;
            }

            List<int> all = [.. Seeks(tree, request), .. Seeks(query, request), .. Seeks(reading, request)];
            Demand(request, all.Order().SequenceEqual(Enumerable.Range(0, CauseService.Seeks)), $"seeks {string.Join(",", all.Order())}");
            Demand(request, !Seeks(tree, request).Any(number => number is >= 2 and <= 5), "a seek of the query outside of it");
            Demand(request, InQuery.All(Seeks(query, request).Contains) && Seeks(query, request).All(static number => InQuery.Contains(number) || InEither.Contains(number)), "seeks of the query");
            Demand(request, InRead.All(Seeks(reading, request).Contains) && Seeks(reading, request).All(static number => InRead.Contains(number) || InEither.Contains(number)), "seeks of the read");
            string[] paths = [.. tree.Events.Select(one => opens.TryRead(one, out string? path) && path is not null ? path![prefix..] : null).OfType<string>()];
            Demand(request, paths.Order(StringComparer.Ordinal).SequenceEqual(Enumerable.Range(0, CauseService.Opens).Select(number => $"{request}-{number}")), $"opened {string.Join(",", paths)}");
            Demand(request, tree.Events.Count(one => one.ProbeId == syncs.Id) == 1, "fsync");
            Events += tree.Walk().Sum(static node => node.Events.Count);
            SpanTotals totals = tree.Totals ?? default;
            bool slow = request % CauseService.SlowEvery == 0;
            Demand(request, totals.Syscalls >= EventsOfOne, $"{totals.Syscalls} system calls");

            // A thread can lose its processor between the arming of its timer and its sleep: then it has waited for the processor for a part of the time.
            // And what a thread did last before it leaves a call can come after the call's record (decision 9).
            Slow += slow ? 1 : 0;
            WithoutSleep += slow && totals.OffCpuNanoseconds < CauseService.Sleep * 1_000_000L ? 1 : 0;
        }

        private List<int> Seeks(SpanNode node, int request)
        {
            List<int> numbers = [];
            foreach (ProbeEvent one in node.Events)
            {
                if (seeks.TryRead(one, out long argument))
                {
                    numbers.Add((int)(argument & 0xFF));
                    Demand(request, argument >> 8 == request, $"a seek of request {argument >> 8}");
                }
            }

            return numbers;
        }

        private void Demand(int request, bool holds, string what)
        {
            if (!holds && Strays.Count < 20)
            {
                Strays.Add($"request {request}: {what}");
            }
        }
    }
}
