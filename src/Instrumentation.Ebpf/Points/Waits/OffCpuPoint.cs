namespace Instrumentation.Ebpf.Points.Waits;

/// <summary>The times that threads do not run: each from the switch to another thread until it is switched to again.</summary>
internal sealed record OffCpuPoint : KernelPoint
{
    /// <inheritdoc/>
    public override string Place => "off-CPU times";

    /// <inheritdoc/>
    public override int LeastStackPlaces => 8192;

    /// <inheritdoc/>
    public override bool StacksHaveCause => true;

    /// <inheritdoc/>
    public override PointTarget Resolve(ProbeSpec spec)
    {
        if (spec.Edge != ProbeEdge.Call)
        {
            throw new SpecException($"The edge {spec.Edge} on {Place}", "it is known at its end only, as one call: why, for how long, and who woke the thread.", "Leave the edge out, or use OnCall().");
        }

        _ = TaskLayout.Current;
        return new OffCpuTarget(countsStacks: spec.Aggregation is StackAggregation);
    }
}
