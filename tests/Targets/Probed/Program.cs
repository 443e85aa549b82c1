using Probed.Scenarios;

namespace Probed;

/// <summary>Programs to be probed. As a process of its own it plays one scenario, named by the first argument.</summary>
public static class Program
{
    private static readonly Dictionary<string, Func<string[], Task<int>>> Scenarios = new()
    {
        ["attach"] = AttachScenario.RunAsync,
        ["edit"] = EditScenario.RunAsync,
        ["exit-normal"] = ExitScenarios.NormalAsync,
        ["exit-other-thread"] = ExitScenarios.OtherThreadAsync,
        ["exit-unhandled"] = ExitScenarios.UnhandledAsync,
        ["fork"] = LoadScenarios.ForkAsync,
        ["knobs"] = KnobScenario.RunAsync,
        ["stop"] = LoadScenarios.StopAsync,
        ["symbols"] = SymbolScenario.RunAsync,
        ["write"] = WriteScenario.RunAsync,
    };

    public static async Task<int> Main(string[] args)
    {
        if (args.Length > 0 && Scenarios.TryGetValue(args[0], out Func<string[], Task<int>>? scenario))
        {
            return await scenario(args[1..]);
        }

        await Console.Error.WriteLineAsync($"usage: Probed <scenario> [arguments], with one of: {string.Join(", ", Scenarios.Keys)}");
        return args.Length == 0 ? 0 : 2;
    }
}
