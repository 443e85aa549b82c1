using System.Runtime.CompilerServices;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>The memory that a compiled expression and the test share: result, fault flag, inputs.</summary>
[InlineArray(Length)]
internal struct Cells
{
    /// <summary>The number of cells.</summary>
    public const int Length = 64;

    /// <summary>The cell of the result.</summary>
    public const int Result = 0;

    /// <summary>The cell of the fault flag.</summary>
    public const int Fault = 1;

    /// <summary>The cell of the duration and of other values of the context.</summary>
    public const int Context = 2;

    /// <summary>The cell of the result of the probed call.</summary>
    public const int Return = 3;

    /// <summary>The cell of the first argument.</summary>
    public const int FirstArgument = 4;

    private ulong _first;
}
