using System.Runtime.CompilerServices;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>The memory that a compiled expression and the test share: result, fault flag, inputs, and behind them the program's scratch memory.</summary>
[InlineArray(All)]
internal struct Cells
{
    /// <summary>The number of cells, the scratch memory included.</summary>
    public const int All = 4096;

    /// <summary>The number of cells in front of the scratch memory.</summary>
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
