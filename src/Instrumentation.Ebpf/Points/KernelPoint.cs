namespace Instrumentation.Ebpf.Points;

/// <summary>A point that a BPF program is put on.</summary>
internal abstract record KernelPoint : ProbePoint
{
    /// <summary>Which processes it looks at.</summary>
    public ProcessFilter Processes { get; init; }

    /// <summary>What the point is called in coverage and errors, without the processes.</summary>
    public abstract string Place { get; }

    /// <inheritdoc/>
    public sealed override string Describe() => Place + Processes;

    /// <summary>Looks the point up on this machine.</summary>
    /// <param name="spec">The spec that it is of.</param>
    /// <returns>What can be attached.</returns>
    /// <exception cref="InstrumentationException">There is no such point, or the spec does not go with it.</exception>
    public abstract PointTarget Resolve(ProbeSpec spec);
}
