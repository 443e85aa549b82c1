namespace Instrumentation;

/// <summary>A program of a BPF object, attached. Disposing detaches it; disposing the object does so too.</summary>
public sealed class BpfAttachment : IDisposable
{
    private readonly IDisposable[] _links;

    /// <summary>Takes links over.</summary>
    /// <param name="program">The program.</param>
    /// <param name="target">What it is attached to.</param>
    /// <param name="links">The links.</param>
    internal BpfAttachment(BpfObjectProgram program, string target, params IDisposable[] links)
    {
        Program = program;
        Target = target;
        _links = links;
    }

    /// <summary>The program.</summary>
    public BpfObjectProgram Program { get; }

    /// <summary>What it is attached to.</summary>
    public string Target { get; }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_links, static link => link.Dispose());

    /// <inheritdoc/>
    public override string ToString() => $"{Program.Name} on {Target}";
}
