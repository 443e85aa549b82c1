namespace Instrumentation.Ebpf.Assembler;

/// <summary>The parts that an opcode byte is made of.</summary>
internal static class Opcode
{
    /// <summary>The bits of the class.</summary>
    public const int ClassMask = 0x07;

    /// <summary>Class: 64-bit constants.</summary>
    public const int ClassConstant = 0x00;

    /// <summary>Class: loads.</summary>
    public const int ClassLoad = 0x01;

    /// <summary>Class: stores of an immediate.</summary>
    public const int ClassStoreImmediate = 0x02;

    /// <summary>Class: stores of a register, and atomics.</summary>
    public const int ClassStore = 0x03;

    /// <summary>Class: 32-bit arithmetic.</summary>
    public const int ClassAlu32 = 0x04;

    /// <summary>Class: 64-bit jumps, calls, exit.</summary>
    public const int ClassJump64 = 0x05;

    /// <summary>Class: 32-bit jumps, and the far jump.</summary>
    public const int ClassJump32 = 0x06;

    /// <summary>Class: 64-bit arithmetic.</summary>
    public const int ClassAlu64 = 0x07;

    /// <summary>The second operand is a register.</summary>
    public const int RegisterOperand = 0x08;

    /// <summary>The bits of an operation or condition.</summary>
    public const int OperationMask = 0xf0;

    /// <summary>Operation: negation.</summary>
    public const int Negate = 0x80;

    /// <summary>Operation: byte order.</summary>
    public const int ByteOrder = 0xd0;

    /// <summary>Operation: jump always.</summary>
    public const int JumpAlways = 0x00;

    /// <summary>Operation: call.</summary>
    public const int Call = 0x80;

    /// <summary>Operation: exit.</summary>
    public const int Exit = 0x90;

    /// <summary>The bits of a memory size.</summary>
    public const int SizeMask = 0x18;

    /// <summary>The bits of a memory mode.</summary>
    public const int ModeMask = 0xe0;

    /// <summary>Mode: plain memory.</summary>
    public const int ModeMemory = 0x60;

    /// <summary>Mode: memory, sign-extended.</summary>
    public const int ModeSigned = 0x80;

    /// <summary>Mode: atomic.</summary>
    public const int ModeAtomic = 0xc0;

    /// <summary>The whole opcode of a 64-bit constant's first slot.</summary>
    public const int LoadConstant = 0x18;

    /// <summary>Source field of a constant: a map.</summary>
    public const Register PseudoMap = (Register)1;

    /// <summary>Source field of a constant: the memory of a map's values.</summary>
    public const Register PseudoMapValue = (Register)2;

    /// <summary>Source field of a constant: a kernel variable, by BTF id.</summary>
    public const Register PseudoBtfId = (Register)3;

    /// <summary>Source field of a constant: a function of this program.</summary>
    public const Register PseudoFunction = (Register)4;

    /// <summary>Source field of a call: a function of this program.</summary>
    public const Register CallLocal = (Register)1;

    /// <summary>Source field of a call: a kernel function, by BTF id.</summary>
    public const Register CallKernel = (Register)2;
}
