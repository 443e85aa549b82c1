using System.Reflection;
using System.Runtime.CompilerServices;
using Instrumentation.Managed.Engine;
using Instrumentation.Managed.Points;
using Instrumentation.Managed.Weaving;

namespace Instrumentation.Managed.Locks;

/// <summary>The methods of the runtime's library in which locks are taken, waited for and given back, and what is woven into each.</summary>
internal static unsafe class LockMethods
{
    // SAFETY: only the addresses of this library's own static functions are taken, which stay for the process's life.
    private const BindingFlags Any = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Place[] All =
    [
        new(typeof(Monitor), "Enter_Slowpath", [typeof(object)], AroundMonitor),
        new(typeof(Monitor), "TryEnter_Slowpath", [typeof(object), typeof(int)], AroundTryMonitor),
        new(typeof(Lock), "TryEnterSlow", null, AroundLock),
        new(typeof(SemaphoreSlim), "WaitCore", [typeof(long), typeof(CancellationToken)], AroundWait),
        new(typeof(SemaphoreSlim), "WaitAsyncCore", null, AroundWaitAsync),
        new(typeof(SemaphoreSlim), "Release", [typeof(int)], AtRelease),
        new(typeof(ReaderWriterLockSlim), "ShouldSpinForEnterAnyRead", null, AtWait),
        new(typeof(ReaderWriterLockSlim), "ShouldSpinForEnterAnyWrite", null, AtWait),
        new(typeof(ReaderWriterLockSlim), "TryEnterReadLockCore", null, AfterWait),
        new(typeof(ReaderWriterLockSlim), "TryEnterWriteLockCore", null, AfterWait),
        new(typeof(ReaderWriterLockSlim), "TryEnterUpgradeableReadLockCore", null, AfterWait),
        new(typeof(ReaderWriterLockSlim), "ExitReadLock", [], AtRelease),
        new(typeof(ReaderWriterLockSlim), "ExitWriteLock", [], AtRelease),
        new(typeof(ReaderWriterLockSlim), "ExitUpgradeableReadLock", [], AtRelease),
    ];

    private static readonly HookOperand Target = new(0, OperandForm.Object, typeof(object), IsByRef: false);
    private static readonly HookOperand Flag = HookOperand.Of(-1, typeof(bool));

    /// <summary>Finds the methods.</summary>
    /// <param name="gaps">Takes those that this runtime does not have.</param>
    /// <returns>The code.</returns>
    public static IReadOnlyList<ProbedCode> Find(List<CoverageGap> gaps)
    {
        List<ProbedCode> found = [];
        foreach (Place place in All)
        {
            if (place.Find() is not { } method)
            {
                gaps.Add(new CoverageGap($"{MethodName.Of(place.Type)}::{place.Name}", "this runtime has no such method: it takes and waits for these locks in another way, or the program was trimmed and uses none", "Use .NET 10."));
            }
            else if (Probeability.Check(method) is { Blind: true } gap)
            {
                gaps.Add(gap);
            }
            else
            {
                found.Add(ProbedCode.Whole(method));
            }
        }

        return found;
    }

    /// <summary>What is woven into one of the methods.</summary>
    /// <param name="method">The method.</param>
    /// <param name="slot">The slot of the watch.</param>
    /// <param name="ticket">The ticket of the watch.</param>
    /// <param name="site">The method's site.</param>
    /// <returns>The plan.</returns>
    public static HookPlan Plan(MethodBase method, int slot, int ticket, int site) =>
        All.First(place => place.Find() == method).Plan(new HookPlan { Slot = slot, Ticket = ticket, Site = site }, (MethodInfo)method);

    /// <summary>Compiles the hooks, so that none is when a thread is about to wait.</summary>
    public static void Prepare()
    {
        foreach (Type type in (Type[])[typeof(LockHooks), typeof(HolderHooks), typeof(LockReports), typeof(LockObjects)])
        {
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            foreach (MethodInfo method in type.GetMethods(Any).Where(static method => !method.IsAbstract && method.GetMethodBody() is not null))
            {
                RuntimeHelpers.PrepareMethod(method.MethodHandle);
            }
        }

        _ = LockObjects.Find(All);
    }

    private static HookPlan AroundMonitor(HookPlan plan, MethodInfo method) => Around(plan, (nint)(delegate*<object, object?, long, int, int, void>)&LockHooks.EndMonitor);

    private static HookPlan AroundTryMonitor(HookPlan plan, MethodInfo method) => Around(plan, (nint)(delegate*<object, bool, object?, long, int, int, void>)&LockHooks.EndTryMonitor) with { Result = Flag };

    private static HookPlan AroundLock(HookPlan plan, MethodInfo method) =>
        Around(plan, (nint)(delegate*<object, ref byte, object?, long, int, int, void>)&LockHooks.EndLock) with { Result = HookOperand.Of(-1, method.ReturnType) };

    private static HookPlan Around(HookPlan plan, nint end) => plan with
    {
        Entry = new WovenHook((nint)(delegate*<int, int, long>)&LockHooks.Begin, []),
        KeepsStart = true,
        Exit = new WovenHook(end, [Target]),
        OnReturn = true,
        OnThrow = true,
    };

    private static HookPlan AtWait(HookPlan plan, MethodInfo method) => plan with { Entry = new WovenHook((nint)(delegate*<object, int, int, void>)&HolderHooks.BeginWait, [Target]) };

    private static HookPlan AtRelease(HookPlan plan, MethodInfo method) => plan with { Entry = new WovenHook((nint)(delegate*<object, int, int, void>)&HolderHooks.Release, [Target]) };

    private static HookPlan AfterWait(HookPlan plan, MethodInfo method) => plan with
    {
        Exit = new WovenHook((nint)(delegate*<object, bool, object?, long, int, int, void>)&HolderHooks.EndWait, [Target]),
        Result = Flag,
        OnReturn = true,
        OnThrow = true,
    };

    private static HookPlan AroundWait(HookPlan plan, MethodInfo method) => AfterWait(plan, method) with
    {
        Entry = new WovenHook((nint)(delegate*<object, long, int, int, void>)&HolderHooks.BeginSemaphore, [Target, HookOperand.Of(1, typeof(long))]),
    };

    private static HookPlan AroundWaitAsync(HookPlan plan, MethodInfo method) => plan with
    {
        Entry = new WovenHook((nint)(delegate*<object, int, int, long>)&HolderHooks.BeginWaitAsync, [Target]),
        KeepsStart = true,
        Exit = new WovenHook((nint)(delegate*<object, object?, object?, long, int, int, void>)&HolderHooks.EndWaitAsync, [Target]),
        Result = HookOperand.Of(-1, method.ReturnType),
        OnReturn = true,
    };

    private sealed record Place(Type Type, string Name, Type[]? Parameters, Func<HookPlan, MethodInfo, HookPlan> Plan)
    {
        public MethodInfo? Find()
        {
            MethodInfo[] named = [.. Type.GetMethods(Any).Where(method => method.Name == Name && (Parameters is null || method.GetParameters().Select(static parameter => parameter.ParameterType).SequenceEqual(Parameters)))];
            return named.Length == 1 ? named[0] : null;
        }
    }
}
