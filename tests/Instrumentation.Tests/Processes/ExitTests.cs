namespace Instrumentation.Tests.Processes;

/// <summary>Processes that end while probes are attached, threads are inside of hooks and events wait: they end as they would without probes.</summary>
public sealed class ExitTests
{
    private const int Rounds = 10;

    // Busy.Counted(i) + Busy.Mix(i, "text") + Busy.FromThreads(i) for i < 1000.
    private const string Sum = "2502500";

    [Fact]
    public async Task Exit_MainReturns_KeepsTheExitCode()
    {
        for (int i = 0; i < Rounds; i++)
        {
            ChildResult child = await ChildProcess.RunAsync("exit-normal");

            Assert.True(child.ExitCode == 7, $"round {i}: {child}");
            Assert.Equal(Sum, child["sum"]);
            Assert.Empty(child.Errors);
        }
    }

    [Fact]
    public async Task Exit_AnotherThreadExitsDuringAttachesAndCalls_KeepsTheExitCode()
    {
        for (int i = 0; i < Rounds; i++)
        {
            ChildResult child = await ChildProcess.RunAsync("exit-other-thread");

            Assert.True(child.ExitCode == 9, $"round {i}: {child}");
            Assert.Equal(Sum, child["sum"]);
            Assert.Empty(child.Errors);
        }
    }

    [Fact]
    public async Task Exit_UnhandledExceptionLeavesAProbedMethod_KeepsItsCodeAndText()
    {
        for (int i = 0; i < Rounds; i++)
        {
            ChildResult child = await ChildProcess.RunAsync("exit-unhandled");

            Assert.True(child.ExitCode == 134, $"round {i}: {child}");
            Assert.Equal(Sum, child["sum"]);
            Assert.StartsWith("Unhandled exception. System.InvalidOperationException: the end, with 42", child.Errors, StringComparison.Ordinal);
            Assert.Contains("at Probed.Scenarios.ExitScenarios.Fail(Int32 value)", child.Errors, StringComparison.Ordinal);
        }
    }
}
