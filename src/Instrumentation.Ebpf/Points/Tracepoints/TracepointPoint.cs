namespace Instrumentation.Ebpf.Points.Tracepoints;

/// <summary>A tracepoint, with the fields of its record.</summary>
/// <param name="Category">Its category.</param>
/// <param name="Name">Its name.</param>
internal sealed record TracepointPoint(string Category, string Name) : MomentPoint
{
    /// <inheritdoc/>
    public override string Place => $"tracepoint {Category}:{Name}";

    /// <inheritdoc/>
    public override PointTarget Resolve(ProbeSpec spec)
    {
        RequireMoment(spec);
        return new TracepointTarget(Place, TracepointFiles.Find(Category, Name));
    }
}
