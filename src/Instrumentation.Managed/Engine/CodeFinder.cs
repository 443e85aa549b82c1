using System.Reflection;
using Instrumentation.Managed.Points;
using Instrumentation.Managed.Weaving;

namespace Instrumentation.Managed.Engine;

/// <summary>Finds the code that a spec's methods run, and says of each method that cannot be woven why.</summary>
internal static class CodeFinder
{
    /// <summary>What is said of a pattern that matches nothing yet.</summary>
    public const string Waiting = "no loaded method matches it yet; assemblies that are loaded later are looked at";

    /// <summary>Finds the code of a spec's methods.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="assembly">The only assembly to look at, for patterns; null for all that are loaded.</param>
    /// <param name="gaps">The methods that cannot be woven, or not fully, with reasons.</param>
    /// <returns>The code.</returns>
    /// <exception cref="PlaceNotFoundException">There is no such method.</exception>
    /// <exception cref="AmbiguousPlaceException">There are several where one was asked for.</exception>
    public static IReadOnlyList<ProbedCode> Find(ProbeSpec spec, Assembly? assembly, out List<CoverageGap> gaps)
    {
        MethodPoint point = (MethodPoint)spec.Point;
        IReadOnlyList<MethodBase> all = MethodResolver.Resolve(point.Target, assembly);
        gaps = all.Count == 0 && assembly is null ? [new CoverageGap(point.Describe(), Waiting, "Load what it names.")] : [];
        List<ProbedCode> reachable = [];
        int withoutHandler = 0;
        foreach (MethodBase named in all)
        {
            // What catches is the code that the source wrote; all else is asked of the method that callers see, and of enumerations.
            ProbedCode code = spec.Action is not null ? ProbedCode.Whole(named)
                : point.EachResumption || spec.Edge == ProbeEdge.Catch ? ProbedCode.Resumption(named) : ProbedCode.Call(named);
            CoverageGap? gap = Probeability.Check(code.Code) ?? Unresumed(point, code);
            if (gap is { Blind: true })
            {
                if (!named.IsAbstract || point.Target is not MethodTarget.Matching { Single: false })
                {
                    gaps.Add(gap);
                }

                continue;
            }

            if (spec.Edge == ProbeEdge.Catch && !CatchClauses.MayCatch(code.Code))
            {
                withoutHandler++;
                continue;
            }

            if (gap is not null)
            {
                gaps.Add(gap);
            }

            if (code.Role == CodeRole.Whole && StateMachines.IsAsyncVoid(named) && spec.Edge is not (ProbeEdge.Entry or ProbeEdge.Catch))
            {
                gaps.Add(new CoverageGap(MethodName.WithParameters(named), "it is async void: its end is seen at its first suspension", "Return a Task.", Blind: false));
            }

            if (code.Role == CodeRole.Whole && spec.Action is null && IteratorShape.IsIterator(named))
            {
                gaps.Add(new CoverageGap(MethodName.WithParameters(named), "it is an iterator of an unknown compiler: the call is seen that makes the enumerator, not what it does", string.Empty, Blind: false));
            }

            reachable.Add(code);
        }

        if (reachable.Count == 0 && withoutHandler > 0)
        {
            gaps.Add(new CoverageGap(point.Describe(), "no matching method has a handler that catches", "Probe the methods in which exceptions are caught."));
        }

        return reachable;
    }

    private static CoverageGap? Unresumed(MethodPoint point, ProbedCode code) => point.EachResumption && code.Role == CodeRole.Whole && code.Code.Name != "MoveNext"
        ? new CoverageGap(MethodName.WithParameters(code.Written), "it is no async method or iterator: it is never resumed", "Leave EachResumption() out.")
        : null;

    /// <summary>The coverage of a probe that reaches code.</summary>
    /// <param name="reached">The code.</param>
    /// <param name="gaps">What it does not reach.</param>
    /// <returns>The coverage, in the words of the methods that the source wrote.</returns>
    public static ProbeCoverage Coverage(IEnumerable<ProbedCode> reached, IReadOnlyList<CoverageGap> gaps)
    {
        ProbedCode[] all = [.. reached];
        return new ProbeCoverage([.. all.Select(code => MethodName.WithParameters(code.Written)).Distinct()], gaps)
        {
            Notes = [.. all.Select(NoteOn).OfType<string>().Distinct()],
        };
    }

    private static string? NoteOn(ProbedCode code) => code.Role switch
    {
        CodeRole.Resumption => $"{MethodName.WithParameters(code.Written)}: each run of its state machine is one call",
        CodeRole.Step => $"{MethodName.WithParameters(code.Written)}: each enumeration is one call",
        _ => null,
    };
}
