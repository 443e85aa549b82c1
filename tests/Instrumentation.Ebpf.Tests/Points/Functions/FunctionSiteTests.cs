using System.Diagnostics;
using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Points.Functions;

/// <summary>At which instruction a function is probed: where a hit costs least, as long as it means the same.</summary>
[Collection(nameof(AloneCollection))]
public sealed class FunctionSiteTests(ProbedLibrary library, ITestOutputHelper output) : IClassFixture<ProbedLibrary>
{
    private sealed record Pass(long Argument, long Result);

    /// <summary>Functions, and how much of each may be skipped.</summary>
    public static TheoryData<string, string> Sites => new()
    {
        { "site_push", "" },
        { "site_endbr_push", "+4 (after endbr64)" },
        { "site_xor_push", "+5 (after xor, mov)" },
        { "site_lea", "" },
        { "site_endbr_lea", "" },
        { "site_endbr_nop", "+4 (after endbr64)" },
        { "site_jumped", "" },
        { "site_jumped_far", "" },
        { "site_argument", "" },
        { "site_memory", "" },
        { "site_blind", "+4 (after endbr64)" },
        { "site_table", "" },
        { "site_other_table", "+4 (after endbr64)" },
        { "site_pointed", "" },
    };

    [Theory]
    [MemberData(nameof(Sites))]
    public async Task Site_IsTheCheapestThatMeansTheSame(string name, string skipped)
    {
        OnlyX64();
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ProbeHandle<Pass> handle = await session.AttachAsync(Probe.Function(library.Path, name).ThisProcess().Capture(c => new Pass(c.Arg<long>(0), c.Return<long>())));
        Assert.Equal([$"libprobed.so!{name}{skipped}"], handle.Coverage.Reached);
        List<(long, long)> expected = [];
        for (long i = 1; i <= 20; i++)
        {
            expected.Add((i, library.Call(name, i)));
        }

        await handle.DisposeAsync();
        Assert.Equal(expected, await Values(handle));
    }

    [Fact]
    public async Task Instruction_ThatTheKernelTakesNoProbeOn_IsAGapOrAnError()
    {
        OnlyX64();
        await using InstrumentationSession session = await KernelSession.StartAsync();
        SpecException refused = await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.Function(library.Path, "site_locked").OnEntry()));
        Assert.Contains("0xf0", refused.Message, StringComparison.Ordinal);
        await using ProbeHandle all = await session.AttachAsync(Probe.Function(library.Path, "site_*").OnEntry());
        Assert.Equal(ProbeState.Partial, all.State);
        Assert.Equal(["libprobed.so!site_locked"], all.Coverage.Gaps.Select(static gap => gap.Place));
    }

    /// <summary>What a hit costs at different first instructions: figures for docs, and the order that <see cref="Site_IsTheCheapestThatMeansTheSame"/> relies on.</summary>
    [Fact]
    public async Task Cost_AfterEndbr64_IsLessThanAtIt()
    {
        OnlyX64();
        await using InstrumentationSession session = await KernelSession.StartAsync();
        Dictionary<string, double> cost = [];
        foreach (string name in (string[])["site_push", "site_endbr_push+0", "site_endbr_push", "site_xor_push+0", "site_xor_push", "site_lea", "site_endbr_nop", "site_nop5", "site_jump"])
        {
            // An offset, also 0, means that one instruction.
            cost[name] = await Cost(session, name, name.Split('+')[0]);
            output.WriteLine($"{name,-20} {cost[name],8:0} ns");
        }

        Assert.True(cost["site_endbr_push"] < cost["site_endbr_push+0"] * 0.8, "Skipping endbr64 gains nothing here.");
    }

    private static async Task<List<(long, long)>> Values(ProbeHandle<Pass> handle)
    {
        List<(long, long)> seen = [];
        await foreach (ProbeEvent<Pass> one in handle.Events)
        {
            seen.Add((one.Value.Argument, one.Value.Result));
        }

        return seen;
    }

    private static void OnlyX64() => Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "These first instructions are x86-64's.");

    private async Task<double> Cost(InstrumentationSession session, string place, string function)
    {
        const int Calls = 2000;
        await using AggregateHandle<CountSnapshot> count = await session.AttachAsync(Probe.Function(library.Path, place).OnEntry().ThisProcess().Count());
        _ = library.Call(function, 1);
        double best = double.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Calls; i++)
            {
                _ = library.Call(function, 1);
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / Calls);
        }

        Assert.Equal((5 * Calls) + 1, count.Read().Total);
        return best;
    }
}
