using System.Reflection;
using Instrumentation.Managed.Points;
using Instrumentation.Managed.Profiler;
using Instrumentation.Managed.Profiler.Interop;

namespace Instrumentation.Managed.Engine;

/// <summary>Finds out what came of a request, instead of believing the runtime's S_OK.</summary>
internal sealed class Verification(RuntimeProfiler profiler, OldCode oldCode)
{
    /// <summary>
    /// Up to so many methods of one request are compiled at once. Of more, some of each module are: what the runtime ignores in silence, it ignores by module.
    /// </summary>
    private const int MostCompiled = 32;

    /// <summary>Bytes of IL; the JIT's own limit is lower by default.</summary>
    private const int LargestInlined = 1024;

    private const string NotTaken = "the runtime has accepted the woven body, and not yet compiled it";

    /// <summary>To be called before methods are requested, if they are to be looked at afterwards.</summary>
    /// <param name="woven">The methods.</param>
    public void Prepare(IReadOnlyList<WovenMethod> woven)
    {
        if (woven.Any(CanBeInlined))
        {
            oldCode.Before();
        }
    }

    /// <summary>The methods that did not become what was asked for.</summary>
    /// <param name="woven">The methods that were asked for.</param>
    /// <param name="findings">Takes what is open still.</param>
    /// <param name="compile">Whether to compile methods and to look at the calls that are under way; false where an assembly is just being loaded.</param>
    /// <returns>The methods, each once, with reasons.</returns>
    public IReadOnlyList<(WovenMethod Method, string Reason)> Failures(IReadOnlyList<WovenMethod> woven, Findings findings, bool compile)
    {
        // The runtime reports what it refuses besides its S_OK.
        Dictionary<MethodKey, WovenMethod> methods = woven.DistinctBy(static method => method.Key).ToDictionary(static method => method.Key);
        Dictionary<WovenMethod, string> failed = [];
        foreach (NativeError error in profiler.Native.TakeErrors())
        {
            if (methods.TryGetValue(new MethodKey(error.Module, error.Token), out WovenMethod? method))
            {
                failed.TryAdd(method, Confirmation.ReasonOf(error.Result));
            }
        }

        if (compile)
        {
            Compile([.. woven.Where(method => !failed.ContainsKey(method))], failed, findings);
            LookForOldCalls(woven, findings);
        }
        else
        {
            oldCode.Disturb();
        }

        return [.. failed.Select(static pair => (pair.Key, pair.Value))];
    }

    // A compilation that fails would do so in the program's own call: it is done here instead.
    private void Compile(IReadOnlyList<WovenMethod> woven, Dictionary<WovenMethod, string> failed, Findings findings)
    {
        HashSet<nint> silent = [];
        foreach (WovenMethod method in Sample(woven))
        {
            if (Confirmation.Compile(method) is { } reason)
            {
                failed.TryAdd(method, reason);
            }
            else if (!Confirmation.IsTaken(method, profiler))
            {
                silent.Add(method.Key.Module);
            }
        }

        // A module in which one method is not taken: no other of it is believed either.
        foreach (WovenMethod method in woven.Where(method => silent.Contains(method.Key.Module) && profiler.Native.BodyServed(method.Key) == 0))
        {
            CoverageGap gap = new(MethodName.WithParameters(method.Method), NotTaken, "Its next call will; compare the probe's hits.", Blind: false);
            findings.Open.Add(new UntakenGap(gap, method.Key));
        }
    }

    private static IReadOnlyList<WovenMethod> Sample(IReadOnlyList<WovenMethod> woven)
    {
        IGrouping<nint, WovenMethod>[] modules = [.. woven.Where(Confirmation.CanCompile).GroupBy(static method => method.Key.Module)];
        int ofEach = woven.Count <= MostCompiled ? MostCompiled : Math.Max(1, MostCompiled / Math.Max(1, modules.Length));
        return [.. modules.SelectMany(methods => methods.Take(ofEach))];
    }

    // The JIT inlines no method with one of these marks, and no large one but by force.
    public static bool CanBeInlined(WovenMethod method)
    {
        const MethodImplAttributes Never = MethodImplAttributes.NoInlining | MethodImplAttributes.NoOptimization;
        MethodImplAttributes marks = method.Method.GetMethodImplementationFlags();
        return (marks & Never) == 0
            && ((marks & MethodImplAttributes.AggressiveInlining) != 0 || method.Method.GetMethodBody()?.GetILAsByteArray()?.Length <= LargestInlined);
    }

    private void LookForOldCalls(IReadOnlyList<WovenMethod> woven, Findings findings)
    {
        if (!woven.Any(CanBeInlined))
        {
            oldCode.Disturb();
            return;
        }

        foreach (OldCall call in oldCode.After(woven))
        {
            const string Mend = "Calls from there are seen when it has ended.";
            CoverageGap gap = woven.Count == 1
                ? new(MethodName.WithParameters(woven[0].Method), $"a call of {call.Name} that began before the attach still runs code that may have it inlined", Mend, Blind: false)
                : new(call.Name, "a call of it that began before the attach still runs code that may have methods of this probe inlined", Mend, Blind: false);
            findings.Open.Add(new OldCallGap(gap, call));
        }
    }
}
