using System.Globalization;
using Instrumentation.Tests.Order;
using Instrumentation.Tests.Processes;

namespace Instrumentation.Tests.Harm;

/// <summary>Programs under load with managed and kernel probes, to which something harmful happens: they see what was called, and their children are none of it.</summary>
[Collection(nameof(AloneCollection))]
public sealed class LoadTests(ITestOutputHelper output)
{
    private const int Stops = 8;

    [Fact]
    public async Task ChildrenAreForkedAndStarted_CountsAreThoseOfTheProgramAlone()
    {
        ChildResult child = await ChildProcess.RunAsync("fork");
        output.WriteLine(child.Output);
        Assert.Equal(("300", "20"), (child["forked"], child["started"]));
        AssertAddsUp(child);
    }

    [Fact]
    public async Task ThreadIsStoppedFromOutside_EverythingComesInTheEnd()
    {
        string? refused = null;
        ChildResult child = await ChildProcess.RunAsync("stop", talk: async (input, lines) =>
        {
            List<int> threads = [];
            while (threads.Count < 2)
            {
                string line = await lines.ReadLineAsync() ?? throw new EndOfStreamException();
                threads.Add(int.Parse(line.Split('=')[1], CultureInfo.InvariantCulture));
            }

            await Task.Delay(300);
            refused = await ThreadStop.RunAsync(threads[0], Stops, static stop => TimeSpan.FromMilliseconds(100 + (stop * 200)));
            await input.WriteLineAsync();
        });
        output.WriteLine(child.Output);
        AssertAddsUp(child);
        Assert.SkipWhen(refused is not null, $"ebpf.right.administration: threads of other processes cannot be stopped here: {refused}");
        Assert.InRange(long.Parse(child["pause"], CultureInfo.InvariantCulture), 0, 5_000);
    }

    private static void AssertAddsUp(ChildResult child)
    {
        Assert.True(child.ExitCode == 0, child.ToString());
        Assert.Empty(child.Errors);
        long calls = long.Parse(child["calls"], CultureInfo.InvariantCulture);
        string[] passed = child["passed"].Split(' ');
        Assert.InRange(calls, 1_000, long.MaxValue);
        Assert.All(passed, count => Assert.Equal(calls, long.Parse(count, CultureInfo.InvariantCulture)));

        // Every second probe counts, and every second one has events.
        Assert.Equal(calls * (passed.Length / 2), long.Parse(child["seen"], CultureInfo.InvariantCulture) + long.Parse(child["lost"], CultureInfo.InvariantCulture));
        Assert.Equal(child["late"], child["backwards"]);
    }
}
