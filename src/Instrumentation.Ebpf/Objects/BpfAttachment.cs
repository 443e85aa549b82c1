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

    /// <summary>Tells the object that it need not detach this any more.</summary>
    internal Action<BpfAttachment>? Released { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_links, static link => link.Dispose());
        Released?.Invoke(this);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Program.Name} on {Target}";
}
