namespace Instrumentation.Ebpf.Points;

/// <summary>Which processes a kernel point looks at.</summary>
internal enum ProcessScope
{
    /// <summary>Every process of the machine.</summary>
    All,

    /// <summary>The process that attaches the probe.</summary>
    This,

    /// <summary>One process by its id.</summary>
    One,
}

/// <summary>Which processes a kernel point looks at.</summary>
/// <param name="Scope">Which.</param>
/// <param name="Id">The process id, for <see cref="ProcessScope.One"/>.</param>
internal readonly record struct ProcessFilter(ProcessScope Scope, int Id = 0)
{
    /// <summary>The process id to look at; null for every process.</summary>
    public int? ProcessId => Scope switch
    {
        ProcessScope.All => null,
        ProcessScope.This => Environment.ProcessId,
        _ => Id,
    };

    /// <inheritdoc/>
    public override string ToString() => Scope switch
    {
        ProcessScope.All => string.Empty,
        ProcessScope.This => " of this process",
        _ => $" of process {Id}",
    };
}
