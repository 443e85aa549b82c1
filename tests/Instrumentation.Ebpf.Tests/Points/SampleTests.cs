using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Stacks;
using Instrumentation.Ebpf.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Instrumentation.Ebpf.Tests.Points;

/// <summary>Profiles of threads that are busy in a known place.</summary>
[Collection(PerfEventTests.Name)]
public sealed partial class SampleTests
{
    private const int Frequency = 199;
    private const string Self = "Instrumentation.Ebpf.Tests.Points.SampleTests";
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Stacks_OfABusyMethod_NameItAndItsCaller()
    {
        StackProfile profile = await ProfileAsync(static stop => CallHot(stop));
        long seen = SamplesOf(profile, $"{Self}::CallHot", $"{Self}::Hot");
        Assert.True(profile.Total > Frequency / 4, $"{profile.Total} samples");
        Assert.True(seen > profile.Total / 2, $"{seen} of {profile.Total}\n{profile}\n{Folded(profile)}");
        ProfiledStack top = profile.Stacks.First(static stack => stack.Frames[0].Name == $"{Self}::Hot");
        Assert.Equal((FrameKind.Managed, "Instrumentation.Ebpf.Tests"), (top.Frames[0].Kind, top.Frames[0].Module));
        Assert.Equal(Environment.ProcessId, top.ProcessId);
        Assert.Equal($"{Self}::CallHot", top.Frames[1].Name);
        string[] text = Folded(profile).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(profile.Total - profile.Lost, text.Sum(static line => long.Parse(line[(line.LastIndexOf(' ') + 1)..])));
        Assert.Contains(text, static line => line.Contains($";{Self}::CallHot;{Self}::Hot ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stacks_OfABusyNativeFunction_NameIt()
    {
        StackProfile profile = await ProfileAsync(static stop =>
        {
            nint text = Marshal.StringToCoTaskMemUTF8(new string('9', 4000));
            while (!Volatile.Read(ref stop[0]))
            {
                _ = StringToLong(text, 0, 10);
            }

            Marshal.FreeCoTaskMem(text);
        });
        long seen = profile.Stacks.Where(static stack => stack.Frames.Any(static frame => frame is { Kind: FrameKind.Native, Module: "libc.so.6" } && frame.Name.Contains("strtol", StringComparison.Ordinal))).Sum(static stack => stack.Count);
        Assert.True(seen > profile.Total / 2, $"{seen} of {profile.Total}\n{profile}");
    }

    [Fact]
    public async Task Stacks_OfADatabase_NameTheLibrary()
    {
        StackProfile profile = await ProfileAsync(static stop =>
        {
            using SqliteConnection database = new("Data Source=:memory:");
            database.Open();
            using SqliteCommand command = database.CreateCommand();
            command.CommandText = "with recursive n(x) as (select 1 union all select x + 1 from n where x < 20000) select sum(x * x % 7) from n";
            while (!Volatile.Read(ref stop[0]))
            {
                command.ExecuteScalar();
            }
        });
        long library = profile.Stacks.Where(static stack => stack.Frames.Any(static frame => frame.Module == "libe_sqlite3.so")).Sum(static stack => stack.Count);
        Assert.True(library > profile.Total / 2, $"{library} of {profile.Total}\n{profile}");
        Assert.Contains(profile.Self, static row => row.Key == "sqlite3VdbeExec");
    }

    [Fact]
    public async Task Stacks_OfABusySystemCall_HaveTheKernelsFrames()
    {
        Assert.SkipWhen(KernelNames.Read().Find(0xffffffff81001000) is null && File.ReadAllText("/proc/sys/kernel/kptr_restrict").Trim() != "0", "the kernel hides its addresses (kernel.kptr_restrict).");
        StackProfile profile = await ProfileAsync(static stop =>
        {
            byte[] room = new byte[1 << 20];
            using FileStream zero = new("/dev/zero", FileMode.Open, FileAccess.Read, FileShare.Read, 0);
            while (!Volatile.Read(ref stop[0]))
            {
                zero.ReadExactly(room);
            }
        });
        long kernel = profile.Stacks.Where(static stack => stack.Frames[0].Kind == FrameKind.Kernel).Sum(static stack => stack.Count);
        Assert.True(kernel > profile.Total / 2, $"{kernel} of {profile.Total}\n{profile}");
        Assert.Contains(profile.Inclusive, static row => row.Key.Contains("read_zero", StringComparison.Ordinal) || row.Key.Contains("read_iter_zero", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stacks_OfAnotherProcess_AreNamedByItsFiles_AlsoAfterItsEnd()
    {
        Require.Capability(CapabilityNames.ProgramPerfEvent);
        await using InstrumentationSession session = await KernelSession.StartAsync();
        using Process shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "while :; do :; done"]))!;
        AggregateHandle<StackProfile> handle;
        StackProfile running;
        try
        {
            handle = await session.AttachAsync(Probe.Sample(Frequency).Process(shell.Id).Stacks());
            Stopwatch watch = Stopwatch.StartNew();
            while (handle.Statistics.Passed < 20 && watch.Elapsed < TimeSpan.FromSeconds(15))
            {
                await Task.Delay(50);
            }

            running = handle.Read();
        }
        finally
        {
            shell.Kill();
            await shell.WaitForExitAsync();
        }

        await handle.DisposeAsync();
        string file = Path.GetFileName(File.ResolveLinkTarget("/bin/sh", returnFinalTarget: true)?.FullName ?? "/bin/sh");
        foreach (StackProfile profile in new[] { running, handle.Read() })
        {
            Assert.True(profile.Total >= 20, $"{profile.Total}");
            Assert.All(profile.Stacks, stack => Assert.Equal((shell.Id, "sh"), (stack.ProcessId, stack.Process)));
            long inFile = profile.Stacks.Where(stack => stack.Frames.Any(frame => frame.Kind == FrameKind.Native && frame.Module == file)).Sum(static stack => stack.Count);
            Assert.True(inFile > profile.Total / 2, $"{inFile} of {profile.Total}\n{Folded(profile)}");
        }
    }

    [Fact]
    public async Task Detach_LeavesNothing()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ObjectCounts before = Settled.Counts();
        for (int i = 0; i < 3; i++)
        {
            await using AggregateHandle<StackProfile> profile = await session.AttachAsync(Probe.Sample(99).ThisProcess().Stacks(64));
            await using AggregateHandle<StackProfile> everything = await session.AttachAsync(Probe.Sample(99).Stacks(64));
            Assert.True(File.Exists(RuntimePerfMap.FilePath));
            Assert.NotEqual(before, ObjectCounts.OfProcess());
            Assert.Equal(ProbeState.Armed, profile.State);
        }

        Assert.Equal(before, ObjectCounts.OfProcess());
        Assert.False(File.Exists(RuntimePerfMap.FilePath));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public async Task Frequency_OutOfRange_IsRefused(int frequency)
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ObjectCounts before = Settled.Counts();
        SpecException error = await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.Sample(frequency).Stacks()));
        Assert.Contains("Hz", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.Sample(99).OnReturn()));
        Assert.Equal(before, ObjectCounts.OfProcess());
    }

    [Fact]
    public async Task Stacks_OfSystemCalls_ShowWhoCalls()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        int thread = Threads.CurrentId();
        AggregateHandle<StackProfile> profile = await session.AttachAsync(Probe.Syscall("fsync").OnEntry().ThisProcess().When(c => c.ThreadId == thread).Stacks());
        for (int i = 0; i < 20; i++)
        {
            CallFsync();
        }

        await profile.DisposeAsync();
        StackProfile read = profile.Read();
        Assert.Equal(20, read.Total);
        Assert.Contains(read.Inclusive, static row => row is { Key: $"{Self}::CallFsync", Value: 20 });
    }

    [Fact]
    public async Task Events_OfSamples_CarryTheInstruction()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        AggregateHandle<CountSnapshot> all = await session.AttachAsync(Probe.Sample(Frequency).ThisProcess().Count());
        ProbeHandle<ulong> handle = await session.AttachAsync(Probe.Sample(Frequency).ThisProcess().Capture(c => c.Arg<ulong>("instruction")));
        bool[] stop = new bool[1];
        Thread busy = new(() => CallHot(stop));
        busy.Start();
        await Task.Delay(500);
        stop[0] = true;
        busy.Join();
        await handle.DisposeAsync();
        List<ProbeEvent<ulong>> seen = [];
        await foreach (ProbeEvent<ulong> one in handle.Events)
        {
            seen.Add(one);
        }

        Assert.True(seen.Count > 20, $"{seen.Count}");
        Assert.InRange(seen.Count, all.Read().Total / 2, all.Read().Total * 2);
        Assert.All(seen, static one => Assert.NotEqual(0UL, one.Value));
        Assert.All(seen, static one => Assert.Equal(Environment.ProcessId, one.Event.ProcessId));
    }

    // Runs work on a thread of its own, and gives the profile of that thread.
    private static async Task<StackProfile> ProfileAsync(Action<bool[]> work)
    {
        Require.Capability(CapabilityNames.ProgramPerfEvent);
        await using InstrumentationSession session = await KernelSession.StartAsync();
        bool[] stop = new bool[1];
        TaskCompletionSource<int> started = new();
        Thread busy = new(() =>
        {
            started.SetResult(Threads.CurrentId());
            work(stop);
        });
        busy.Start();
        int thread = await started.Task;
        try
        {
            AggregateHandle<StackProfile> handle = await session.AttachAsync(Probe.Sample(Frequency).ThisProcess().When(c => c.ThreadId == thread).Stacks());

            // On a machine that has much else to do, the thread gets less than a processor.
            Stopwatch watch = Stopwatch.StartNew();
            do
            {
                await Task.Delay(Time);
            }
            while (handle.Statistics.Passed < Frequency / 4 && watch.Elapsed < TimeSpan.FromSeconds(10));
            await handle.DisposeAsync();
            Assert.Equal(handle.Statistics.Passed, handle.Read().Total);
            return handle.Read();
        }
        finally
        {
            Volatile.Write(ref stop[0], true);
            busy.Join();
        }
    }

    private static string Folded(StackProfile profile)
    {
        using MemoryStream folded = new();
        profile.WriteFoldedAsync(folded).GetAwaiter().GetResult();
        return Encoding.UTF8.GetString(folded.ToArray());
    }

    private static long SamplesOf(StackProfile profile, string caller, string method) => profile.Stacks
        .Where(stack => stack.Frames.Zip(stack.Frames.Skip(1)).Any(pair => pair.First.Name == method && pair.Second.Name == caller))
        .Sum(static stack => stack.Count);

    // Optimized from the start: a loop that the runtime replaces while it runs (OSR) hides its caller from frame pointers.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static long CallHot(bool[] stop)
    {
        long sum = 0;
        while (!Volatile.Read(ref stop[0]))
        {
            sum += Hot(100_000);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static long Hot(int rounds)
    {
        long sum = 0;
        for (int i = 0; i < rounds; i++)
        {
            sum = (sum * 31) ^ i;
            if (sum == long.MinValue)
            {
                // Never so: a method that calls something has a frame.
                Never();
            }
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Never() => throw new InvalidOperationException();

    // The C library keeps no frame, so that its direct caller is passed over: the one before it is seen.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int CallFsync() => CallFsyncDirectly() + 1;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int CallFsyncDirectly() => Fsync(-1);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "strtol")]
    private static partial long StringToLong(nint text, nint end, int radix);
}
