using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Peer;

/// <summary>bpftrace and this library look at the same calls in the same run.</summary>
[Collection(nameof(AloneCollection))]
public sealed partial class AgreementTests
{
    private const int Renames = 1500;
    private const int Threads = 3;
    private const int CallsPerThread = 3000;

    private const string Script = """
        uprobe:LIBC:a64l /pid == $1/ { @functions = count(); }
        uretprobe:LIBC:a64l /pid == $1 && retval == 2/ { @returns = count(); }
        tracepoint:syscalls:sys_enter_lseek /pid == $1 && (int32)args->fd == -77/ { @calls = count(); @offsets = hist(args->offset); }
        tracepoint:task:task_rename /tid == $2/ { @renames = count(); }
        interval:ms:50 { print(@functions); print(@returns); print(@calls); print(@renames); @prints = count(); print(@prints); }
        """;

    private static readonly string[] Counts = ["@functions", "@returns", "@calls", "@renames"];

    [Fact]
    public async Task UprobeSyscallTracepointAndHistogram_CountWhatBpftraceCounts()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        using NamedThread renamed = new();
        int id = renamed.Id;
        ProbeSpec seeks = Probe.Syscall("lseek").OnEntry().ThisProcess().When(c => c.Arg<int>("fd") == Seeks.Descriptor);
        await using AggregateHandle<CountSnapshot> functions = await session.AttachAsync(Probe.Function("libc.so.6", "a64l").OnEntry().ThisProcess().Count());
        await using AggregateHandle<CountSnapshot> returns = await session.AttachAsync(Probe.Function("libc.so.6", "a64l").OnReturn().ThisProcess().When(c => c.Return<long>() == 2).Count());
        await using AggregateHandle<CountSnapshot> calls = await session.AttachAsync(seeks.Count());
        await using AggregateHandle<HistogramSnapshot> offsets = await session.AttachAsync(seeks.Histogram(c => c.Arg<long>("offset")));
        await using AggregateHandle<CountSnapshot> renames = TracingMount.Run(() => session.AttachAsync(Probe.Tracepoint("task", "task_rename").When(c => c.ThreadId == id).Count()).GetAwaiter().GetResult());
        using Bpftrace peer = Bpftrace.Start(Script.Replace("LIBC", Libraries.Libc, StringComparison.Ordinal), Environment.ProcessId, id);

        // All of its probes are attached when each has seen a call. The calls until then count for neither side.
        peer.ReadUntil(() =>
        {
            _ = NativeCalls.A64L("0");
            Seeks.Call(0, 0);
            renamed.Rename(1);
            return Counts.All(map => peer.Count(map) > 0);
        });
        long prints = peer.Count("@prints") + 4;
        peer.ReadUntil(() => peer.Count("@prints") >= prints);
        long[] theirsBefore = [.. Counts.Select(peer.Count)];
        long[] Ours() => [functions.Read().Total, returns.Read().Total, calls.Read().Total, renames.Read().Total];
        long[] oursBefore = Ours();

        // The histograms of bpftrace end at 31 bits.
        Random random = new(7);
        (long, int)[][] work = [.. Enumerable.Range(0, Threads).Select(_ => Enumerable.Range(0, CallsPerThread).Select(_ => (random.NextInt64(1, 1L << random.Next(1, 31)), 0)).ToArray())];
        Seeks.CallOnThreads(work);
        Parallel.For(0, Threads * CallsPerThread, static i => NativeCalls.A64L(i % 3 == 0 ? "0" : "/"));
        renamed.Rename(Renames);
        peer.End();

        long[] theirs = [.. Counts.Select((map, at) => peer.Count(map) - theirsBefore[at])];
        Assert.Equal(theirs, Ours().Select((count, at) => count - oursBefore[at]));
        Assert.Equal([Threads * CallsPerThread, Threads * CallsPerThread / 3, Threads * CallsPerThread, Renames], theirs);
        Dictionary<long, long> buckets = peer.Histogram("@offsets");
        buckets.Remove(0);
        Assert.Equal(buckets.OrderBy(static bucket => bucket.Key), offsets.Read().Buckets.Skip(1).Where(static bucket => bucket.Count > 0).Select(static bucket => KeyValuePair.Create(bucket.From, bucket.Count)));
        Assert.True(buckets.Count > 25);
    }

    /// <summary>A thread that changes its name when it is told to.</summary>
    private sealed partial class NamedThread : IDisposable
    {
        private readonly Thread _thread;
        private readonly SemaphoreSlim _go = new(0);
        private readonly SemaphoreSlim _done = new(0);
        private int _times;

        public NamedThread()
        {
            _thread = new Thread(Run);
            _thread.Start();
            _done.Wait();
        }

        public int Id { get; private set; }

        public void Rename(int times)
        {
            _times = times;
            _go.Release();
            _done.Wait();
        }

        public void Dispose()
        {
            Rename(0);
            _thread.Join();
        }

        private void Run()
        {
            Id = Instrumentation.Ebpf.Interop.Threads.CurrentId();
            do
            {
                _done.Release();
                _go.Wait();
                for (int i = 0; i < _times; i++)
                {
                    _ = Control(15, "renamed");
                }
            }
            while (_times > 0);
            _done.Release();
        }

        [LibraryImport("libc", EntryPoint = "prctl", StringMarshalling = StringMarshalling.Utf8)]
        private static partial int Control(int option, string name);
    }
}
