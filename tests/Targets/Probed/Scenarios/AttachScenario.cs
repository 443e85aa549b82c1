using Instrumentation;

namespace Probed.Scenarios;

/// <summary>Attaches one count and says what came of it, one <c>name=value</c> a line.</summary>
internal static class AttachScenario
{
    /// <summary>The exit code when the library refuses with an error of its own.</summary>
    public const int Refused = 3;

    public static async Task<int> RunAsync(string[] args)
    {
        int calls = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 10;
        await using InstrumentationSession session = await InstrumentationSession.StartAsync();
        AggregateSpec<CountSnapshot> spec = Probe.Method(() => Busy.Counted(0)).Count();
        ProbeCoverage expected = session.CanAttach(spec);
        Console.WriteLine($"can={expected.State}");
        Console.WriteLine($"can-why={expected.Gaps.FirstOrDefault()?.Reason}");
        Console.WriteLine($"can-mend={expected.Gaps.FirstOrDefault()?.Mend}");
        try
        {
            await using AggregateHandle<CountSnapshot> count = await session.AttachAsync(spec);
            long sum = Call(calls);
            Console.WriteLine($"state={count.State}");
            Console.WriteLine($"hits={count.Read().Total}");
            Console.WriteLine($"sum={sum}");
            await count.DisposeAsync();
            Call(calls);
            Console.WriteLine($"after={count.Read().Total}");
            return 0;
        }
        catch (BackendUnavailableException error)
        {
            Console.WriteLine($"error={error.GetType().Name}");
            Console.WriteLine($"reason={error.Reason}");
            Console.WriteLine($"backend={error.Backend}");
            Console.WriteLine($"why={error.Why}");
            Console.WriteLine($"mend={error.Mend}");
            Console.WriteLine($"capability={session.Capabilities.ToString().ReplaceLineEndings(" ")}");
            Console.WriteLine($"probes={session.Probes.Count}");
            Console.WriteLine($"sum={Call(calls)}");
            return Refused;
        }
    }

    private static long Call(int calls)
    {
        long sum = 0;
        for (int i = 0; i < calls; i++)
        {
            sum += Busy.Counted(i);
        }

        return sum;
    }
}
