namespace Instrumentation;

/// <summary>A BPF object file asks for what cannot be given: which part of it, why, and what to change.</summary>
public sealed class BpfObjectException : InstrumentationException
{
    /// <summary>Creates the error.</summary>
    /// <param name="file">The object file.</param>
    /// <param name="part">The section, symbol or relocation.</param>
    /// <param name="why">Why it cannot be used.</param>
    /// <param name="mend">What to change.</param>
    internal BpfObjectException(string file, string part, string why, string mend)
        : base($"'{file}' cannot be used ({part})", why, mend)
    {
        File = file;
        Part = part;
    }

    /// <summary>The object file.</summary>
    public string File { get; }

    /// <summary>The section, symbol or relocation that the error is about.</summary>
    public string Part { get; }
}
