namespace Instrumentation.Ebpf.Points;

/// <summary>A point that is a moment and no call: it neither returns nor throws.</summary>
internal abstract record MomentPoint : KernelPoint
{
    /// <summary>Checks that a spec asks for what there is.</summary>
    /// <param name="spec">The spec.</param>
    /// <exception cref="SpecException">It asks for the end of a call.</exception>
    protected void RequireMoment(ProbeSpec spec)
    {
        if ((spec.Edge & ~(ProbeEdge.Entry | ProbeEdge.Call)) != 0)
        {
            throw new SpecException($"The edge {spec.Edge} on {Place}", "it is one moment, which neither returns nor throws.", "Leave the edge out.");
        }
    }
}
