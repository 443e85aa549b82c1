using Instrumentation.Ebpf.Errors;

namespace Instrumentation;

/// <summary>The kernel refused to load a program: its verifier found fault with an instruction, or a policy forbids the program.</summary>
public sealed class ProgramRefusedException : InstrumentationException
{
    /// <summary>Creates the error.</summary>
    /// <param name="number">The error number, positive.</param>
    /// <param name="log">The verifier's log.</param>
    /// <param name="instruction">The refused instruction with its slot, or null.</param>
    /// <param name="what">What failed, naming the program.</param>
    /// <param name="why">Why.</param>
    /// <param name="mend">What to change.</param>
    internal ProgramRefusedException(int number, string log, string? instruction, string what, string why, string mend)
        : base(what, why, mend)
    {
        ErrorNumber = number;
        Log = log;
        Instruction = instruction;
    }

    /// <summary>The error number that the kernel gave, positive.</summary>
    public int ErrorNumber { get; }

    /// <summary>The error number's name, for example <c>EACCES</c>.</summary>
    public string ErrorName => Errno.Name(ErrorNumber);

    /// <summary>The verifier's whole log; empty when it was not the verifier that refused.</summary>
    public string Log { get; }

    /// <summary>The instruction that was refused, with its number; null when the log names none.</summary>
    public string? Instruction { get; }

    /// <summary>Whether a policy or missing rights forbid the program, and not the verifier.</summary>
    public bool IsPolicy => Log.Length == 0;
}
