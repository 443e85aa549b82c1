using Instrumentation.Ebpf.Errors;

namespace Instrumentation;

/// <summary>The kernel refused a call: which, with which error number, and what would help.</summary>
public sealed class KernelCallException : InstrumentationException
{
    /// <summary>Creates the error.</summary>
    /// <param name="operation">The system call, with its command.</param>
    /// <param name="number">The error number, positive.</param>
    /// <param name="what">What failed, naming the input.</param>
    /// <param name="why">Why.</param>
    /// <param name="mend">What to change.</param>
    internal KernelCallException(string operation, int number, string what, string why, string mend)
        : base(what, why, mend)
    {
        Operation = operation;
        ErrorNumber = number;
    }

    /// <summary>The system call, with its command, for example <c>bpf(MapCreate)</c>.</summary>
    public string Operation { get; }

    /// <summary>The error number that the kernel gave, positive.</summary>
    public int ErrorNumber { get; }

    /// <summary>The error number's name, for example <c>EPERM</c>.</summary>
    public string ErrorName => Errno.Name(ErrorNumber);
}
