using System.Diagnostics;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;
using Instrumentation.Ebpf.Tests.Tools;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Instrumentation.Ebpf.Tests.Points.Functions;

/// <summary>Calls of functions: inside of each other, many, chosen ones, of libraries and of other processes.</summary>
[Collection(nameof(AloneCollection))]
public sealed class FunctionCallTests(ProbedLibrary library) : IClassFixture<ProbedLibrary>
{
    /// <summary>The calls inside of each other whose returns the kernel observes.</summary>
    private const int KernelDepth = 64;

    private sealed record Depth(long Left, long Result, TimeSpan Took);

    private sealed record Mixed(long A, int B, short C, sbyte D, uint E, byte F);

    [Theory]
    [InlineData(50)]
    [InlineData(100)]
    public async Task Recursion_HasTheDurationOfEachCall(int depth)
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle<Depth> handle = await session.AttachAsync(Probe.Function(library.Path, "deep").ThisProcess().Capture(c => new Depth(c.Arg<long>(0), c.Return<long>(), c.Duration)));
        for (int round = 0; round < 3; round++)
        {
            Assert.Equal(depth - 1, library.Call("deep", depth - 1));
        }

        await handle.DisposeAsync();
        List<ProbeEvent<Depth>> seen = await All(handle);
        int observed = Math.Min(depth, KernelDepth);
        Assert.Equal(3 * observed, seen.Count);
        for (int i = 0; i < seen.Count; i++)
        {
            // The innermost that was observed ends first; each has the argument and the result of its own call, and lies inside of the one around it.
            long left = depth - observed + (i % observed);
            Assert.Equal((left, left), (seen[i].Value.Left, seen[i].Value.Result));
            if (i % observed > 0)
            {
                ProbeEvent inner = seen[i - 1].Event;
                Assert.True(seen[i].Event.Start < inner.Start && inner.Timestamp < seen[i].Event.Timestamp);
            }
        }
    }

    [Fact]
    public async Task TailCall_IsACallInsideOfTheOneThatJumped()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle<Depth> handle = await session.AttachAsync(Probe.Function(library.Path, "tail_?").ThisProcess().Capture(c => new Depth(c.Arg<long>(0), c.Return<long>(), c.Duration)));
        Assert.Equal(2, handle.Coverage.Reached.Count);
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal((i + 1) * 3, library.Call("tail_a", i));
        }

        await handle.DisposeAsync();
        List<ProbeEvent<Depth>> seen = await All(handle);
        Assert.Equal(
            Enumerable.Range(0, 10).SelectMany(static i => (IEnumerable<(string, long, long)>)[("libprobed.so!tail_b", i + 1L, (i + 1L) * 3), ("libprobed.so!tail_a", i, (i + 1L) * 3)]),
            seen.Select(static one => (one.Event.Site, one.Value.Left, one.Value.Result)));
        Assert.All(seen.Chunk(2), static pair => Assert.True(pair[0].Value.Took < pair[1].Value.Took));
    }

    [Fact]
    public async Task Arguments_HaveTheirWidthsAndSigns()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle<Mixed> handle = await session.AttachAsync(Probe.Function(library.Path, "six").ThisProcess().OnEntry().Capture(
            c => new Mixed(c.Arg<long>(0), c.Arg<int>(1), c.Arg<short>(2), c.Arg<sbyte>(3), c.Arg<uint>(4), c.Arg<byte>(5))));
        Mixed[] calls = [new(long.MinValue, -2, -3, -4, uint.MaxValue, 255), new(1, int.MaxValue, short.MinValue, sbyte.MaxValue, 0, 6)];
        foreach (Mixed one in calls)
        {
            library.Six(one.A, one.B, one.C, one.D, one.E, one.F);
        }

        await handle.DisposeAsync();
        Assert.Equal(calls, (await All(handle)).Select(static one => one.Value));
        ExpressionException seventh = await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.Function(library.Path, "six").When(c => c.Arg<int>(8) == 0)));
        Assert.Contains("arguments", seventh.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pattern_OfAThousandFunctions_IsOneAttachAndNamesEach()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ObjectCounts before = Settled.Counts();
        long start = Stopwatch.GetTimestamp();
        ProbeHandle handle = await session.AttachAsync(Probe.Function(library.Path, "many_*").ThisProcess().OnEntry());
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        ObjectCounts attached = ObjectCounts.OfProcess();
        Assert.Equal(1000, handle.Coverage.Reached.Count);
        Assert.Equal(before.Links + 1, attached.Links);
        TestContext.Current.TestOutputHelper!.WriteLine($"1,000 functions attached in {took.TotalMilliseconds:0} ms.");
        string[] called = [.. Enumerable.Range(0, 1000).Where(static i => i % 7 == 3).Select(static i => $"many_{i:000}")];
        foreach (string one in called)
        {
            library.Call(one, 1);
        }

        await handle.DisposeAsync();
        Assert.Equal(before with { Maps = ObjectCounts.OfProcess().Maps }, ObjectCounts.OfProcess());
        Assert.Equal(called.Select(static one => $"libprobed.so!{one}"), (await KernelSession.EndAsync(session)).Select(static one => one.Site));
        Assert.Equal(before, ObjectCounts.OfProcess());
    }

    [Fact]
    public async Task IndirectFunction_IsTheImplementationThatThisProcessorGets()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        AggregateHandle<CountSnapshot> handle = await session.AttachAsync(Probe.Function("libc.so.6", "strlen").ThisProcess().OnEntry().When(c => c.Arg<nint>(0) == NativeCalls.Marked).Count());
        Assert.Contains("libc.so.6!strlen is chosen when the library is loaded", handle.Coverage.Notes[0], StringComparison.Ordinal);
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(6, NativeCalls.StrLen(NativeCalls.Marked));
        }

        Assert.Equal(10, handle.Read().Total);
    }

    [Fact]
    public async Task Sqlite_StepsAreRowsAndOne()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        await using SqliteConnection connection = new("Data Source=:memory:");
        await connection.OpenAsync();

        // The first statement of a connection reads the schema, by a statement of SQLite's own.
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_exec(connection.Handle, "SELECT 1 FROM sqlite_master"));
        AggregateHandle<CountSnapshot> steps = await session.AttachAsync(Probe.Function("libe_sqlite3.so", "sqlite3_step").ThisProcess().OnEntry().Count());
        AggregateHandle<CountSnapshot> rows = await session.AttachAsync(Probe.Function("e_sqlite3", "sqlite3_step").ThisProcess().OnReturn().When(c => c.Return<int>() == 100).Count());
        Assert.Equal(["libe_sqlite3.so!sqlite3_step+4 (after endbr64)"], steps.Coverage.Reached);
        const string Numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250) SELECT i FROM n";
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_prepare_v2(connection.Handle, Numbers, out sqlite3_stmt statement));
        using (statement)
        {
            while (raw.sqlite3_step(statement) == raw.SQLITE_ROW)
            {
            }
        }

        Assert.Equal((251, 250), (steps.Read().Total, rows.Read().Total));
    }

    [Fact]
    public async Task Processes_AreToldApart()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        using TemporaryDirectory directory = new();
        ProbeHandle<Depth> all = await session.AttachAsync(Probe.Function(library.Path, "deep").OnReturn().Capture(c => new Depth(c.ProcessId, c.Return<long>(), TimeSpan.Zero)));
        using Process one = Caller(directory);
        using Process other = Caller(directory);
        AggregateHandle<CountSnapshot> of = await session.AttachAsync(Probe.Function("libprobed.so", "deep").Process(one.Id).OnEntry().Count());
        AggregateHandle<CountSnapshot> own = await session.AttachAsync(Probe.Function(library.Path, "deep").ThisProcess().OnEntry().Count());
        await Go(one);
        await Go(other);
        _ = library.Call("deep", 0);
        Assert.Equal((100, 1), (of.Read().Total, own.Read().Total));
        await all.DisposeAsync();
        ILookup<long, Depth> seen = (await All(all)).Select(static event_ => event_.Value).ToLookup(static value => value.Left);
        Assert.Equal((100, 100, 1), (seen[one.Id].Count(), seen[other.Id].Count(), seen[Environment.ProcessId].Count()));
    }

    [Fact]
    public async Task Process_ThatDiesWhileProbed_LosesNothingAndLeavesNothing()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        using TemporaryDirectory directory = new();
        ObjectCounts before = Settled.Counts();
        using Process caller = Caller(directory);
        ProbeHandle<Depth> handle = await session.AttachAsync(Probe.Function("libprobed.so", "deep").Process(caller.Id).Capture(c => new Depth(c.Arg<long>(0), c.Return<long>(), c.Duration)));
        await Go(caller);
        Assert.True(caller.HasExited);
        await handle.DisposeAsync();
        Assert.Equal(100, (await All(handle)).Count);
        Assert.Equal(100, handle.Statistics.Emitted);
        await session.DisposeAsync();
        Assert.Equal(before, ObjectCounts.OfProcess());
        await using InstrumentationSession later = await KernelSession.StartAsync();
        PlaceNotFoundException gone = await Assert.ThrowsAsync<PlaceNotFoundException>(() => later.AttachAsync(Probe.Function("libprobed.so", "deep").Process(caller.Id)));
        Assert.Contains("does not exist", gone.Message, StringComparison.Ordinal);
    }

    private static async Task<List<ProbeEvent<T>>> All<T>(ProbeHandle<T> handle)
    {
        List<ProbeEvent<T>> seen = [];
        await foreach (ProbeEvent<T> one in handle.Events)
        {
            seen.Add(one);
        }

        return seen;
    }

    // A program that calls deep(0) a hundred times when it is told to, and kills itself.
    private Process Caller(TemporaryDirectory directory)
    {
        string program = directory["caller"];
        if (!File.Exists(program))
        {
            File.WriteAllText(directory["caller.c"], "#include <unistd.h>\n#include <signal.h>\nlong run(long);\nint main(void) { char c; write(1, \"!\", 1); read(0, &c, 1); run(100); kill(getpid(), SIGKILL); }");
            Tool.Run("gcc", "-w", "-o", program, directory["caller.c"], library.Path, $"-Wl,-rpath,{Path.GetDirectoryName(library.Path)}");
        }

        Process process = Process.Start(new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal('!', process.StandardOutput.Read());
        return process;
    }

    private static async Task Go(Process caller)
    {
        await caller.StandardInput.WriteAsync('x');
        await caller.StandardInput.FlushAsync();
        await caller.WaitForExitAsync();
    }
}
