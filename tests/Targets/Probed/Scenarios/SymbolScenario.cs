using System.Globalization;
using System.Runtime.Loader;
using Instrumentation;

namespace Probed.Scenarios;

/// <summary>Probes a method of an assembly whose symbols may be missing or damaged: the argument is its file.</summary>
internal static class SymbolScenario
{
    public static async Task<int> RunAsync(string[] args)
    {
        Type type = new AssemblyLoadContext("copy").LoadFromAssemblyPath(args[0]).GetType(typeof(Outcomes).FullName!, throwOnError: true)!;
        Func<int, int> call = type.GetMethod(nameof(Outcomes.Positive))!.CreateDelegate<Func<int, int>>();
        string plain = Trace(call);
        InstrumentationSession session = await InstrumentationSession.StartAsync();
        ProbeHandle handle = await session.AttachAsync(Probe.Method(type, nameof(Outcomes.Positive)).OnReturn().OrThrow().Capture(c => new { Value = c.Arg<int>(0), c.ThrownBy }));
        Console.WriteLine($"state={handle.State}");
        Console.WriteLine($"result={call(5)}");
        Console.WriteLine($"same={plain == Trace(call)}");
        Console.WriteLine($"lines={plain.Contains(".cs:line", StringComparison.Ordinal)}");
        await session.DisposeAsync();
        await foreach (ProbeEvent one in session.Events)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"event{(one.Failed ? "-failed" : "")}={one.Fields["Value"]}"));
        }

        return 0;
    }

    private static string Trace(Func<int, int> call)
    {
        try
        {
            return $"no exception but {call(-1)}";
        }
        catch (ArgumentOutOfRangeException error)
        {
            return error.StackTrace!.Split('\n')[0];
        }
    }
}
