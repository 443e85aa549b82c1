namespace Instrumentation.Ebpf.Assembler;

/// <summary>Operations on registers; the low byte is the operation in the opcode, 0x100 the offset field that makes it signed.</summary>
internal enum AluOperation
{
    /// <summary>Sum.</summary>
    Add = 0x00,

    /// <summary>Difference.</summary>
    Subtract = 0x10,

    /// <summary>Product.</summary>
    Multiply = 0x20,

    /// <summary>Unsigned quotient; 0 when the divisor is 0.</summary>
    Divide = 0x30,

    /// <summary>Bitwise or.</summary>
    Or = 0x40,

    /// <summary>Bitwise and.</summary>
    And = 0x50,

    /// <summary>Shift to the left, by the count modulo the width.</summary>
    ShiftLeft = 0x60,

    /// <summary>Shift to the right that fills with zeros.</summary>
    ShiftRight = 0x70,

    /// <summary>Unsigned remainder; the dividend when the divisor is 0.</summary>
    Modulo = 0x90,

    /// <summary>Bitwise exclusive or.</summary>
    Xor = 0xa0,

    /// <summary>The source itself.</summary>
    Move = 0xb0,

    /// <summary>Shift to the right that fills with the sign.</summary>
    ArithmeticShiftRight = 0xc0,

    /// <summary>Signed quotient, rounded toward zero; 0 when the divisor is 0. <see cref="InstructionSet.V4"/>.</summary>
    SignedDivide = 0x130,

    /// <summary>Signed remainder, with the dividend's sign; the dividend when the divisor is 0. <see cref="InstructionSet.V4"/>.</summary>
    SignedModulo = 0x190,
}

/// <summary>How much of its registers an operation or comparison uses. 32-bit operations clear the upper half of their result.</summary>
internal enum OperandWidth
{
    /// <summary>The lower half.</summary>
    Bits32 = 32,

    /// <summary>All.</summary>
    Bits64 = 64,
}

/// <summary>When a jump is taken.</summary>
internal enum JumpCondition
{
    /// <summary>Equal.</summary>
    Equal = 0x10,

    /// <summary>Greater, unsigned.</summary>
    Greater = 0x20,

    /// <summary>Greater or equal, unsigned.</summary>
    GreaterOrEqual = 0x30,

    /// <summary>Some bit is set in both.</summary>
    BitsSet = 0x40,

    /// <summary>Not equal.</summary>
    NotEqual = 0x50,

    /// <summary>Greater, signed.</summary>
    SignedGreater = 0x60,

    /// <summary>Greater or equal, signed.</summary>
    SignedGreaterOrEqual = 0x70,

    /// <summary>Less, unsigned.</summary>
    Less = 0xa0,

    /// <summary>Less or equal, unsigned.</summary>
    LessOrEqual = 0xb0,

    /// <summary>Less, signed.</summary>
    SignedLess = 0xc0,

    /// <summary>Less or equal, signed.</summary>
    SignedLessOrEqual = 0xd0,
}

/// <summary>The bytes of a load or store; the value is the size in the opcode.</summary>
internal enum MemorySize
{
    /// <summary>4 bytes.</summary>
    Bytes4 = 0x00,

    /// <summary>2 bytes.</summary>
    Bytes2 = 0x08,

    /// <summary>1 byte.</summary>
    Bytes1 = 0x10,

    /// <summary>8 bytes.</summary>
    Bytes8 = 0x18,
}

/// <summary>What an atomic instruction does to memory; the value is the instruction's immediate.</summary>
internal enum AtomicOperation
{
    /// <summary>Adds.</summary>
    Add = 0x00,

    /// <summary>Bitwise or.</summary>
    Or = 0x40,

    /// <summary>Bitwise and.</summary>
    And = 0x50,

    /// <summary>Bitwise exclusive or.</summary>
    Xor = 0xa0,

    /// <summary>Adds; the source register receives what was there.</summary>
    FetchAdd = 0x01,

    /// <summary>Bitwise or; the source register receives what was there.</summary>
    FetchOr = 0x41,

    /// <summary>Bitwise and; the source register receives what was there.</summary>
    FetchAnd = 0x51,

    /// <summary>Bitwise exclusive or; the source register receives what was there.</summary>
    FetchXor = 0xa1,

    /// <summary>Writes the source; the source register receives what was there.</summary>
    Exchange = 0xe1,

    /// <summary>Writes the source if memory equals R0; R0 receives what was there.</summary>
    CompareExchange = 0xf1,
}

/// <summary>Helpers for the enums of this folder.</summary>
internal static class OperationExtensions
{
    /// <summary>The size in bytes.</summary>
    /// <param name="size">The size.</param>
    /// <returns>1, 2, 4 or 8.</returns>
    public static int ByteCount(this MemorySize size) => size switch
    {
        MemorySize.Bytes1 => 1,
        MemorySize.Bytes2 => 2,
        MemorySize.Bytes4 => 4,
        _ => 8,
    };

    /// <summary>The memory size of a number of bytes.</summary>
    /// <param name="bytes">1, 2, 4 or 8.</param>
    /// <returns>The size.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    public static MemorySize ToMemorySize(this int bytes) => bytes switch
    {
        1 => MemorySize.Bytes1,
        2 => MemorySize.Bytes2,
        4 => MemorySize.Bytes4,
        8 => MemorySize.Bytes8,
        _ => throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "Memory is read in 1, 2, 4 or 8 bytes."),
    };

    /// <summary>Whether the atomic operation reads into a register what was there.</summary>
    /// <param name="operation">The operation.</param>
    /// <returns>True when it does.</returns>
    public static bool Fetches(this AtomicOperation operation) => ((int)operation & 1) != 0;
}
