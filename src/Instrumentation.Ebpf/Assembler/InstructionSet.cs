namespace Instrumentation.Ebpf.Assembler;

/// <summary>How much of the instruction set the kernel knows; each holds those before.</summary>
internal enum InstructionSet
{
    /// <summary>64-bit jumps with equality and signed greater; 32-bit and 64-bit arithmetic. Every kernel.</summary>
    V1 = 1,

    /// <summary>Also the jumps that are less-than. Kernel 4.14.</summary>
    V2 = 2,

    /// <summary>Also 32-bit jumps (5.1), and atomic operations other than an addition (5.12).</summary>
    V3 = 3,

    /// <summary>Also signed division, sign-extending moves and loads, plain byte swaps and far jumps. Kernel 6.6.</summary>
    V4 = 4,
}
