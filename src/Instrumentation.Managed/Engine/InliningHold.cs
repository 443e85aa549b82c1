using Instrumentation.Managed.Points;
using Instrumentation.Managed.Profiler;

namespace Instrumentation.Managed.Engine;

/// <summary>
/// Requests methods to be compiled anew, together with all callers that have them inlined. A caller that is being compiled may have taken a copy of a method already, which the runtime does not know
/// yet: it would keep the old one. So nothing may inline the methods anew meanwhile, and what is being compiled is waited for.
/// </summary>
internal static class InliningHold
{
    private static readonly TimeSpan LongestCompilation = TimeSpan.FromMilliseconds(500);

    /// <summary>Makes the request.</summary>
    /// <param name="profiler">The profiler.</param>
    /// <param name="woven">The methods.</param>
    /// <param name="findings">Takes the gap of a compilation that lasts too long.</param>
    /// <param name="waits">False where an assembly is just being loaded: nothing has been compiled that calls its methods, and the compiler may be waiting for this thread.</param>
    /// <exception cref="ProfilerCallException">The runtime refused.</exception>
    public static void Request(RuntimeProfiler profiler, IReadOnlyList<WovenMethod> woven, Findings findings, bool waits)
    {
        MethodKey[] inlined = waits ? [.. woven.Where(Verification.CanBeInlined).Select(static method => method.Key)] : [];
        try
        {
            if (inlined.Length > 0 && !profiler.Native.HoldInlining(inlined, LongestCompilation))
            {
                findings.Gaps.Add(new CoverageGap(
                    woven.Count == 1 ? MethodName.WithParameters(woven[0].Method) : "methods of this probe",
                    "another thread was compiling a method for long, and may have inlined what the probe is on as it was before",
                    "Attach the probe again.",
                    Blind: false));
            }

            profiler.RequestReJit([.. woven.Select(static method => method.Key)]);
        }
        finally
        {
            if (inlined.Length > 0)
            {
                _ = profiler.Native.HoldInlining([], TimeSpan.Zero);
            }
        }
    }
}
