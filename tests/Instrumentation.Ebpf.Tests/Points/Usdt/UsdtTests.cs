using System.Diagnostics;
using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Points.Usdt;

/// <summary>Marked places of libraries and programs.</summary>
[Collection(nameof(AloneCollection))]
public sealed class UsdtTests : IClassFixture<MarkedLibrary>
{
    private readonly MarkedLibrary _library;

    public UsdtTests(MarkedLibrary library)
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "The marks of the test's library are x86-64's.");
        _library = library;
    }

    private sealed record Kinds(long Register, int Stack, byte Byte, short Low, long Constant, int Table, int Global, ushort Unsigned);

    private sealed record Pair(long First, int Second);

    private sealed record Collected(int Number, int Process);

    [Fact]
    public async Task Arguments_OfEveryKind_HaveTheirSizesAndSigns()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle<Kinds> handle = await session.AttachAsync(Probe.Usdt(_library.Path, "marked", "kinds").ThisProcess().Capture(c => new Kinds(
            c.Arg<long>(0), c.Arg<int>(1), c.Arg<byte>(2), c.Arg<short>(3), c.Arg<long>(4), c.Arg<int>(5), c.Arg<int>(6), c.Arg<ushort>(7))));
        AggregateHandle<CountSnapshot> narrow = await session.AttachAsync(Probe.Usdt(_library.Path, "marked", "kinds").ThisProcess().When(c => c.Arg<long>(3) == -1 && c.Arg<long>(7) == 65535).Count());
        Assert.Equal(["libmarked.so!marked:kinds"], handle.Coverage.Reached);
        long[] values = [1, 2, -1, 0x1_2345_6789];
        List<Kinds> expected = [];
        for (int i = 0; i < values.Length; i++)
        {
            long n = values[i];
            _library.Call("kinds", n);
            expected.Add(new Kinds(n, (int)-n, (byte)n, (short)n, -7, (n & 1) == 1 ? 12 : 11, 41 + i, (ushort)n));
        }

        Assert.Equal(1, narrow.Read().Total);
        await handle.DisposeAsync();
        Assert.Equal(expected, (await All(handle)).Select(static one => one.Value));
        Assert.Equal(0, handle.Statistics.Faults);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Places_OfOneName_EachHaveTheirArguments(bool perfEvents)
    {
        UprobeLinks.ForcePerfEvents = perfEvents;
        try
        {
            await using InstrumentationSession session = await KernelSession.StartAsync();
            ProbeHandle<Pair> handle = await session.AttachAsync(Probe.Usdt(_library.Path, "marked", "places").ThisProcess().Capture(c => new Pair(c.Arg<long>(0), c.Arg<int>(1))));
            Assert.Equal(2, handle.Coverage.Reached.Count);
            for (long n = 0; n < 20; n++)
            {
                _library.Call("places", n);
            }

            await handle.DisposeAsync();
            List<ProbeEvent<Pair>> seen = await All(handle);
            Assert.Equal(Enumerable.Range(0, 20).Select(static n => new Pair(n, (n & 1) == 1 ? 1 : 2)), seen.Select(static one => one.Value));
            Assert.Equal(2, seen.Select(static one => one.Event.Site).Distinct().Count());
            Assert.All(seen, static one => Assert.StartsWith("libmarked.so!marked:places at places+0x", one.Event.Site, StringComparison.Ordinal));
        }
        finally
        {
            UprobeLinks.ForcePerfEvents = false;
        }
    }

    [Fact]
    public async Task Argument_ThatCannotBeRead_IsAFault()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle<Pair> handle = await session.AttachAsync(Probe.Usdt(_library.Path, "marked", "fewer").ThisProcess().Capture(c => new Pair(c.Arg<long>(0), c.Arg<int>(1))));
        foreach (long n in (long[])[1, 2, 4])
        {
            _library.Call("fewer", n);
        }

        await handle.DisposeAsync();
        Assert.Equal([new Pair(1, 0), new Pair(2, 0), new Pair(4, 4)], (await All(handle)).Select(static one => one.Value));
        Assert.Equal(2, handle.Statistics.Faults);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Semaphore_IsRaisedWhileAttached(bool perfEvents)
    {
        UprobeLinks.ForcePerfEvents = perfEvents;
        try
        {
            await using InstrumentationSession session = await KernelSession.StartAsync();
            Assert.Equal(0, _library.Semaphore);
            await using (AggregateHandle<CountSnapshot> handle = await session.AttachAsync(Probe.Usdt(_library.Path, "marked", "guarded").ThisProcess().When(c => c.Arg<long>(0) > 1).Count()))
            {
                Assert.Equal(1, _library.Semaphore);
                _library.Call("guarded", 1);
                _library.Call("guarded", 2);
                Assert.Equal(1, handle.Read().Total);
            }

            Assert.Equal(0, _library.Semaphore);
        }
        finally
        {
            UprobeLinks.ForcePerfEvents = false;
        }
    }

    [Fact]
    public async Task Specs_ThatAreWrong_AreRefusedAndLeaveNothing()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ObjectCounts before = Settled.Counts();
        PlaceNotFoundException unknown = await Assert.ThrowsAsync<PlaceNotFoundException>(() => session.AttachAsync(Probe.Usdt(_library.Path, "marked", "kind")));
        Assert.Contains("marked:kinds", unknown.Nearest);
        PlaceNotFoundException none = await Assert.ThrowsAsync<PlaceNotFoundException>(() => session.AttachAsync(Probe.Usdt("libm.so.7", "marked", "kind")));
        Assert.Contains("libm.so.6", none.Nearest);
        await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.Usdt(_library.Path, "marked", "kinds").OnReturn()));
        ExpressionException beyond = await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.Usdt(_library.Path, "marked", "places").When(c => c.Arg<int>(2) > 1)));
        Assert.Contains("2 arguments", beyond.Message, StringComparison.Ordinal);
        ExpressionException fraction = await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.Usdt(_library.Path, "marked", "odd").When(c => c.Arg<int>(0) > 1)));
        Assert.Contains("floating", fraction.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.Usdt(_library.Path, "marked", "kinds").When(c => c.Return<int>() > 1)));
        await Assert.ThrowsAsync<ExpressionException>(() => session.AttachAsync(Probe.Usdt(_library.Path, "marked", "kinds").When(c => c.Duration > TimeSpan.Zero)));
        Assert.Equal(before, ObjectCounts.OfProcess());
    }

    [Fact]
    public async Task LibStdCpp_EachThrowAndCatchOfAnotherProcess()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        using TemporaryDirectory directory = new();
        File.WriteAllText(directory["throws.cpp"], "#include <cstdio>\nint main() { std::getchar(); int caught = 0; for (int i = 0; i < 37; i++) try { if (i % 2) throw i; else throw \"x\"; } catch (int) { caught++; } catch (...) { } return caught; }");
        Tool.Run("g++", "-O1", "-o", directory["throws"], directory["throws.cpp"]);
        using Process program = Process.Start(new ProcessStartInfo(directory["throws"]) { RedirectStandardInput = true })!;
        AggregateHandle<CountSnapshot> thrown = await session.AttachAsync(Probe.Usdt(Libraries.LibStdCpp, "libstdcxx", "throw").Process(program.Id).Count());
        AggregateHandle<CountSnapshot> caught = await session.AttachAsync(Probe.Usdt("libstdc++", "libstdcxx", "catch").Process(program.Id).Count());
        await program.StandardInput.WriteAsync('\n');
        await program.StandardInput.FlushAsync();
        await program.WaitForExitAsync();
        Assert.Equal(18, program.ExitCode);
        Assert.Equal((37, 37), (thrown.Read().Total, caught.Read().Total));
    }

    [Fact]
    public async Task Python_EachCollectionWithItsGeneration()
    {
        const string Python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists(Python), "Debian's python3 is not installed.");
        await using InstrumentationSession session = await KernelSession.StartAsync();
        using Process python = Process.Start(new ProcessStartInfo(Python, ["-S", "-c", "import gc; gc.disable(); print(\"!\", flush=True); input(); [gc.collect(g) for g in (0, 1, 2, 1, 0)]"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("!", await python.StandardOutput.ReadLineAsync());
        ProbeHandle<Collected> handle = await session.AttachAsync(Probe.Usdt(Python, "python", "gc__start").Process(python.Id).Capture(c => new Collected(c.Arg<int>(0), c.ProcessId)));
        await python.StandardInput.WriteLineAsync();
        await python.StandardInput.FlushAsync();
        await python.WaitForExitAsync();
        await handle.DisposeAsync();
        List<ProbeEvent<Collected>> seen = await All(handle);
        Assert.Equal([0, 1, 2, 1, 0], seen.Select(static one => one.Value.Number).Take(5));
        Assert.All(seen, one => Assert.Equal(python.Id, one.Value.Process));
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
}
