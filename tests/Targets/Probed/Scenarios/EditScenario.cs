using System.Diagnostics;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Loader;
using Instrumentation;

namespace Probed.Scenarios;

/// <summary>Probes a method of an assembly that is compiled for debugging, or not, and says what the library expected and what came of it.</summary>
internal static class EditScenario
{
    private const int Calls = 10;

    public static async Task<int> RunAsync(string[] args)
    {
        Type type = new AssemblyLoadContext("edited").LoadFromStream(Write(args is ["debug", ..])).GetType("Edited.Methods", throwOnError: true)!;
        Func<int, int> call = type.GetMethod("Target")!.CreateDelegate<Func<int, int>>();
        ProbeSpec spec = Probe.Method(type, "Target");
        await using InstrumentationSession session = await InstrumentationSession.StartAsync();
        Report("can", session.CanAttach(spec));
        await using ProbeHandle handle = await session.AttachAsync(spec);
        for (int i = 0; i < Calls; i++)
        {
            _ = call(i);
        }

        Report("attached", handle.Coverage);
        Console.WriteLine($"hits={handle.Statistics.Hits}");
        return 0;
    }

    private static void Report(string when, ProbeCoverage coverage)
    {
        Console.WriteLine($"{when}={coverage.State}");
        Console.WriteLine($"{when}-gaps={coverage.Gaps.Count}");
        Console.WriteLine($"{when}-why={coverage.Gaps.FirstOrDefault()?.Reason}");
        Console.WriteLine($"{when}-mend={coverage.Gaps.FirstOrDefault()?.Mend}");
    }

    private static MemoryStream Write(bool forDebugging)
    {
        PersistedAssemblyBuilder assembly = new(new AssemblyName("Edited"), typeof(object).Assembly);
        if (forDebugging)
        {
            // What the C# compiler writes without optimization.
            const DebuggableAttribute.DebuggingModes Modes = DebuggableAttribute.DebuggingModes.Default
                | DebuggableAttribute.DebuggingModes.DisableOptimizations
                | DebuggableAttribute.DebuggingModes.EnableEditAndContinue
                | DebuggableAttribute.DebuggingModes.IgnoreSymbolStoreSequencePoints;
            assembly.SetCustomAttribute(new CustomAttributeBuilder(typeof(DebuggableAttribute).GetConstructor([typeof(DebuggableAttribute.DebuggingModes)])!, [Modes]));
        }

        TypeBuilder type = assembly.DefineDynamicModule("Edited").DefineType("Edited.Methods", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
        ILGenerator il = type.DefineMethod("Target", MethodAttributes.Public | MethodAttributes.Static, typeof(int), [typeof(int)]).GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ret);
        type.CreateType();
        MemoryStream file = new();
        assembly.Save(file);
        file.Position = 0;
        return file;
    }
}
