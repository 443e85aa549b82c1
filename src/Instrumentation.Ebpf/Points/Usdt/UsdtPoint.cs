namespace Instrumentation.Ebpf.Points.Usdt;

/// <summary>The places that a program's authors marked by one name.</summary>
/// <param name="Library">The library's or program's name or path.</param>
/// <param name="Provider">Who made the marks.</param>
/// <param name="Name">What they are called.</param>
internal sealed record UsdtPoint(string Library, string Provider, string Name) : MomentPoint
{
    /// <inheritdoc/>
    public override string Place => $"USDT {Provider}:{Name} of {Library}";

    /// <inheritdoc/>
    public override PointTarget Resolve(ProbeSpec spec)
    {
        RequireMoment(spec);
        return UsdtResolver.Resolve(this);
    }
}
