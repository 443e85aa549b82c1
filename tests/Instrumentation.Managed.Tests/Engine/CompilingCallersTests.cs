using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>
/// Callers that are being compiled while a probe comes to what they inline: the JIT asks first whether it may inline, and tells later that it has. A caller in between must not keep the copy from before.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class CompilingCallersTests
{
    private const int Callers = 300;
    private const int Calls = 40;

    [Fact]
    public async Task NoCallerKeepsACopyThatWasMadeWhileTheProbeCame()
    {
        for (int round = 0; round < 12; round++)
        {
            (MethodInfo target, MethodInfo[] callers) = Generate(round);
            int at = 0;
            Task compiling = Task.Run(() =>
            {
                for (; at < Callers; at++)
                {
                    RuntimeHelpers.PrepareMethod(callers[at].MethodHandle);
                }
            });
            Assert.True(SpinWait.SpinUntil(() => at > 20 + (round * 10), Watch.Limit));
            await using InstrumentationSession session = await Watch.StartAsync();
            AggregateHandle<CountSnapshot> hits = await session.AttachAsync(Probe.Method(target).Count());
            await compiling;
            foreach (MethodInfo caller in callers)
            {
                caller.CreateDelegate<Func<int>>()();
            }

            Assert.True(hits.State == ProbeState.Armed, hits.Coverage.ToString());
            Assert.Equal(Callers * Calls, hits.Read().Total);
        }
    }

    private static (MethodInfo Target, MethodInfo[] Callers) Generate(int round)
    {
        PersistedAssemblyBuilder assembly = new(new AssemblyName($"Callers{round}"), typeof(object).Assembly);
        TypeBuilder type = assembly.DefineDynamicModule("Callers").DefineType("Callers", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
        MethodBuilder target = type.DefineMethod("Target", MethodAttributes.Public | MethodAttributes.Static, typeof(int), []);
        target.GetILGenerator().Emit(OpCodes.Ldc_I4_1);
        target.GetILGenerator().Emit(OpCodes.Ret);
        for (int i = 0; i < Callers; i++)
        {
            // Many calls: the first is decided on long before the last is reported.
            MethodBuilder caller = type.DefineMethod($"Caller{i}", MethodAttributes.Public | MethodAttributes.Static, typeof(int), []);
            caller.SetImplementationFlags(MethodImplAttributes.AggressiveOptimization);
            ILGenerator il = caller.GetILGenerator();
            il.Emit(OpCodes.Ldc_I4_0);
            for (int call = 0; call < Calls; call++)
            {
                il.Emit(OpCodes.Call, target);
                il.Emit(OpCodes.Add);
            }

            il.Emit(OpCodes.Ret);
        }

        type.CreateType();
        using MemoryStream image = new();
        assembly.Save(image);
        Type loaded = Assembly.Load(image.ToArray()).GetType("Callers", throwOnError: true)!;
        return (loaded.GetMethod("Target")!, [.. Enumerable.Range(0, Callers).Select(i => loaded.GetMethod($"Caller{i}")!)]);
    }
}
