using System.Globalization;

namespace Instrumentation.Tests.Processes;

/// <summary>
/// However the runtime is set, probes see the same calls, values and spans, and are armed. Each child plays the same scenario; that a switch was heeded is seen by the kind of the
/// garbage collector, and by the methods that are compiled without precompiled code: twice as many.
/// </summary>
public sealed class KnobTests
{
    private static readonly string Counts = """
        small=1000
        forced=500
        returned=89
        failed=11
        caught=11
        echo=200
        slot=100
        shelf=100
        swap=10
        enumerated=100
        combined=100
        threads=100000

        """;

    private static readonly string Entered = string.Join(", ", Enumerable.Range(0, 10).Select(static i => $"{(i * 10) + 3} by Probed.Scenarios.KnobScenario::WorkAsync"));

    [Theory]
    [InlineData("", 0)]
    [InlineData("TieredCompilation=0", 0)]
    [InlineData("TieredPGO=0", 0)]
    [InlineData("ReadyToRun=0", 7000)]
    [InlineData("gcServer=1", 0)]
    [InlineData("EnableWriteXorExecute=0", 0)]
    [InlineData("TC_QuickJit=0", 0)]
    [InlineData("TC_QuickJitForLoops=0", 0)]
    [InlineData("OSR_HitLimit=1 TC_OnStackReplacement_InitialCounter=1", 0)]
    [InlineData("TieredPGO_InstrumentOnlyHotCode=0 TC_CallCountThreshold=2 TC_CallCountingDelayMs=0", 0)]
    [InlineData("TieredCompilation=0 ReadyToRun=0 EnableWriteXorExecute=0", 3000)]
    [InlineData("TieredPGO=0 gcServer=1 gcConcurrent=0 EnableWriteXorExecute=0", 0)]
    public async Task Attach_HoweverTheRuntimeIsSet_SeesTheSame(string knobs, int leastCompiled)
    {
        bool kernel = Environment.IsPrivilegedProcess;
        Dictionary<string, string> environment = knobs.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(static knob => knob.Split('='))
            .ToDictionary(static knob => "DOTNET_" + knob[0], static knob => knob[1]);

        ChildResult child = await ChildProcess.RunAsync(kernel ? "knobs kernel" : "knobs", environment);

        Assert.True(child.ExitCode == 0, child.ToString());
        Assert.Equal(Expected(kernel), child.Output[..child.Output.IndexOf("server=", StringComparison.Ordinal)]);
        Assert.Equal(knobs.Contains("gcServer=1", StringComparison.Ordinal).ToString(), child["server"]);
        Assert.InRange(int.Parse(child["compiled"], CultureInfo.InvariantCulture), leastCompiled, int.MaxValue);
        Assert.Empty(child.Errors);
    }

    // The work gives the same with probes and without, and after the detach nothing is counted any more.
    private static string Expected(bool kernel) => $"""
        inlined=True
        states=Armed
        gaps=
        work=32455
        {Counts}again=32455
        {Counts}lost=0
        left=0
        entered={Entered}
        thrown=11
        doubled=0 2 4 6 8 10 12 14 16 18
        spans=10
        sought={(kernel ? "0 1 2 3 4 5 6 7 8 9" : "")}
        in-spans={(kernel ? 10 : 0)}

        """;
}
