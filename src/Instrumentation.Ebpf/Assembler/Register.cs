namespace Instrumentation.Ebpf.Assembler;

/// <summary>
/// The registers of the BPF machine. A call takes its arguments in <see cref="R1"/> to <see cref="R5"/>, answers in <see cref="R0"/>, and leaves
/// <see cref="R1"/> to <see cref="R5"/> unset; <see cref="R6"/> to <see cref="R9"/> survive it. The context arrives in <see cref="R1"/>.
/// </summary>
internal enum Register : byte
{
    /// <summary>What a call and the program answer.</summary>
    R0,

    /// <summary>The first argument.</summary>
    R1,

    /// <summary>The second argument.</summary>
    R2,

    /// <summary>The third argument.</summary>
    R3,

    /// <summary>The fourth argument.</summary>
    R4,

    /// <summary>The fifth argument.</summary>
    R5,

    /// <summary>Survives calls.</summary>
    R6,

    /// <summary>Survives calls.</summary>
    R7,

    /// <summary>Survives calls.</summary>
    R8,

    /// <summary>Survives calls.</summary>
    R9,

    /// <summary>The end of the 512 bytes of stack; read-only.</summary>
    R10,
}
