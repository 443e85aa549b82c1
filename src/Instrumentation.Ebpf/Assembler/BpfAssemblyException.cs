namespace Instrumentation.Ebpf.Assembler;

/// <summary>Code that cannot be built: a jump too far, a label that was never marked, an instruction that the kernel would not know.</summary>
internal sealed class BpfAssemblyException : InstrumentationException
{
    /// <summary>Creates the error.</summary>
    /// <param name="what">What cannot be built.</param>
    /// <param name="why">Why.</param>
    /// <param name="mend">What to change.</param>
    public BpfAssemblyException(string what, string why, string mend)
        : base(what, why, mend)
    {
    }
}
