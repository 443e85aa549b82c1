namespace Instrumentation.Ebpf.Points;

/// <summary>A point that a BPF program is put on.</summary>
internal abstract record KernelPoint : ProbePoint
{
    /// <summary>Which processes it looks at.</summary>
    public ProcessFilter Processes { get; init; }

    /// <summary>What the point is called in coverage and errors, without the processes.</summary>
    public abstract string Place { get; }

    /// <summary>
    /// How many places for stacks there are at least: a stack whose place another one has is lost. Points that take the stacks of hits before it is known whether they are
    /// wanted need more than what is counted.
    /// </summary>
    public virtual int LeastStackPlaces => 1;

    /// <summary>Whether stacks are told apart by what the thread worked for.</summary>
    public virtual bool StacksHaveCause => false;

    /// <inheritdoc/>
    public sealed override string Describe() => Place + Processes;

    /// <summary>Looks the point up on this machine.</summary>
    /// <param name="spec">The spec that it is of.</param>
    /// <returns>What can be attached.</returns>
    /// <exception cref="InstrumentationException">There is no such point, or the spec does not go with it.</exception>
    public abstract PointTarget Resolve(ProbeSpec spec);
}
