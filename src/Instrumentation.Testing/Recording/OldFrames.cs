using System.Diagnostics;
using System.Reflection;
using Instrumentation.Managed.Engine;
using Instrumentation.Managed.Points;

namespace Instrumentation.Testing.Recording;

/// <summary>
/// Finds, when a test begins to watch, what its own thread is in the middle of: code from before, compiled with a watched method inlined, from which calls are not seen. What lies below the
/// outermost frame of the program, the runner of the tests, makes no calls of the test's flow.
/// </summary>
internal static class OldFrames
{
    private const string Mend = "Write await calls.ReadyAsync() after what the test watches, or watch in a method of its own.";

    private static readonly string[] Runners = ["System", "Microsoft.", "mscorlib", "xunit", "nunit", "NUnit", "MSTest", "testhost", "Instrumentation."];

    /// <summary>The gaps of a group that concern what the current thread goes on to call.</summary>
    /// <param name="group">The group.</param>
    /// <returns>The gaps.</returns>
    public static IReadOnlyList<CoverageGap> Of(WatchGroup group)
    {
        IReadOnlyList<OpenGap> open = group.OpenHere();
        if (open.Count == 0)
        {
            return [];
        }

        HashSet<string> own = OwnFrames();
        return [.. open.Where(gap => gap is not OldCallGap old || own.Contains(old.Call.Name)).Select(static gap => gap is OldCallGap ? gap.Gap with { Mend = Mend } : gap.Gap)];
    }

    private static HashSet<string> OwnFrames()
    {
        MethodBase[] methods = [.. new StackTrace(fNeedFileInfo: false).GetFrames().Select(static frame => frame.GetMethod()).OfType<MethodBase>()];
        int outermost = Array.FindLastIndex(methods, static method => !IsRunner(method.Module.Assembly));
        return [.. methods.Take(outermost + 1).Select(MethodName.Of)];
    }

    // The library's own tests are a program like any other.
    private static bool IsRunner(Assembly assembly) => assembly.GetName().Name is not { } name
        || (Array.Exists(Runners, runner => name.StartsWith(runner, StringComparison.Ordinal)) && !name.EndsWith("Tests", StringComparison.Ordinal));
}
