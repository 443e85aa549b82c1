using System.Buffers;
using System.Diagnostics;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>Probes on what the hooks and the library use themselves: no recursion, no deadlock, and the program goes on.</summary>
public sealed class SelfUseTests
{
    public static TheoryData<string> Places =>
    [
        "System.Diagnostics.Stopwatch::GetTimestamp",
        "string::Concat(string, string)",
        "System.Buffers.SharedArrayPool::Rent",
        "System.Threading.Thread::Start()",
        "System.Threading.Lock::Enter",
        "System.Threading.Lock::EnterScope",
        "System.Threading.Interlocked::Increment(ref long)",
        "System.Runtime.InteropServices.NativeMemory::AllocZeroed(nuint)",
        "System.Collections.Generic.List::Add",
        "System.Collections.Generic.Dictionary::TryGetValue",
        "System.Collections.Concurrent.ConcurrentDictionary::TryGetValue",
        "System.Threading.Tasks.Task::TrySetResult()",
        "System.WeakReference::.ctor(T)",
        "System.Threading.Thread::get_CurrentThread",
        "System.Threading.WaitHandle::WaitOne(int)",
        "System.Threading.Volatile::Read(ref long)",
        "System.Runtime.CompilerServices.Unsafe::ReadUnaligned",
    ];

    [Theory]
    [MemberData(nameof(Places))]
    public Task Attach_ToWhatTheLibraryUses_GoesOn(string place) => GoesOnAsync(Probe.Methods(place));

    [Fact]
    public Task Attach_ToMonitorEnter_GoesOn() => GoesOnAsync(Probe.Methods("System.Threading.Monitor::*"));

    [Fact]
    public Task Attach_ToAllOfLock_GoesOn() => GoesOnAsync(Probe.Methods("System.Threading.Lock::*"));

    [Fact]
    public async Task Recursion_TenThousandDeep_CountsEveryCall()
    {
        long hits = await Watch.HitsAsync(
            Probe.Method(typeof(SelfUseTests), nameof(Down)),
            static () => Watch.OnThread(static () => Assert.Equal(10_000, Down(10_000)), 256 * 1024 * 1024));

        Assert.Equal(10_001, hits);
    }

    [Fact]
    public async Task Recursion_TenThousandDeep_ReportsEveryCallInnerFirst()
    {
        IReadOnlyList<ProbeEvent> events = await Watch.EventsAsync(
            Probe.Method(typeof(SelfUseTests), nameof(DownToo)),
            static () => Watch.OnThread(static () => Assert.Equal(10_000, DownToo(10_000)), 256 * 1024 * 1024));

        Assert.Equal(10_001, events.Count);
        for (int i = 1; i < events.Count; i++)
        {
            Assert.True(events[i - 1].Timestamp <= events[i].Timestamp);
            Assert.True(events[i - 1].Start >= events[i].Start, $"call {i} began after the one that it made");
        }
    }

    private static int Down(int depth) => depth == 0 ? 0 : Down(depth - 1) + 1;

    private static int DownToo(int depth) => depth == 0 ? 0 : DownToo(depth - 1) + 1;

    /// <summary>As events and as a count, with the place in use by several threads and by the library's own attach and detach.</summary>
    private static async Task GoesOnAsync(ProbeSpec spec)
    {
        Task work = Task.Run(async () =>
        {
            await using InstrumentationSession session = await Watch.StartAsync();
            ProbeHandle calls = await session.AttachAsync(spec);
            AggregateHandle<CountSnapshot> entries = await session.AttachAsync(spec.OnEntry().Count());
            Assert.True(calls.State != ProbeState.Blind || calls.Coverage.Gaps.Count > 0);
            for (int i = 0; i < 2; i++)
            {
                Watch.OnThread(Use);
            }

            ProbeHandle another = await session.AttachAsync(Probe.Method(typeof(SelfUseTests), nameof(Use)));
            Use();
            await another.DisposeAsync();
            Assert.Equal(1, another.Statistics.Hits);
            await calls.DisposeAsync();
            await entries.DisposeAsync();
        });
        Task first = await Task.WhenAny(work, Task.Delay(Watch.Limit));
        Assert.True(first == work, $"{spec.Point.Describe()}: not done within {Watch.Limit}");
        await work;
    }

    private static void Use()
    {
        Lock gate = new();
        object monitor = new();
        Dictionary<string, int> table = [];
        List<long> times = [];
        for (int i = 0; i < 200; i++)
        {
            lock (gate)
            {
                lock (monitor)
                {
                    byte[] rented = ArrayPool<byte>.Shared.Rent(1000);
                    times.Add(Stopwatch.GetTimestamp());
                    table[string.Concat("key", i.ToString(System.Globalization.CultureInfo.InvariantCulture))] = rented.Length;
                    ArrayPool<byte>.Shared.Return(rented);
                }
            }
        }

        Assert.Equal(200, table.Count);
        Assert.True(table.TryGetValue("key7", out int length) && length >= 1000);
        Assert.Equal(200, times.Count);
        Assert.True(times[0] <= times[199]);
    }
}
