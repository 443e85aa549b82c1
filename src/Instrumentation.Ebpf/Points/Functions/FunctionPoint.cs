namespace Instrumentation.Ebpf.Points.Functions;

/// <summary>Functions of a library or program, or one instruction of it.</summary>
/// <param name="Library">The library's name or path.</param>
/// <param name="Function">What <see cref="FunctionName"/> reads.</param>
internal sealed record FunctionPoint(string Library, string Function) : KernelPoint
{
    /// <inheritdoc/>
    public override string Place => $"function {Function} of {Library}";

    /// <inheritdoc/>
    public override PointTarget Resolve(ProbeSpec spec)
    {
        if ((spec.Edge & ~(ProbeEdge.Entry | ProbeEdge.Return | ProbeEdge.Call)) != 0)
        {
            throw new SpecException($"The edge {spec.Edge} on {Place}", "a native function only begins and returns.", "Use OnEntry(), OnReturn() or OnCall().");
        }

        FunctionSites sites = new FunctionResolver(this).Resolve();
        return sites.AreFunctions || !spec.Edge.HasFlag(ProbeEdge.Return)
            ? new FunctionTarget(this, sites)
            : throw new SpecException($"OnReturn() on {Place}", "it is an instruction inside of a function: the return address is not where the kernel would look for it.", "Use OnEntry(), or name the function itself.");
    }
}
