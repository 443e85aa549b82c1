namespace Instrumentation.Ebpf.Assembler;

/// <summary>One slot of 8 bytes of BPF code, as the kernel has it. A 64-bit constant takes two slots; the second holds only its upper half.</summary>
/// <param name="Bits">The bits, little-endian: opcode, registers, offset, immediate.</param>
internal readonly record struct Instruction(ulong Bits)
{
    /// <summary>Builds an instruction from its fields.</summary>
    /// <param name="opcode">The opcode.</param>
    /// <param name="destination">The register that is written.</param>
    /// <param name="source">The register that is read, or the kind of an immediate.</param>
    /// <param name="offset">The offset.</param>
    /// <param name="immediate">The immediate.</param>
    public Instruction(int opcode, Register destination, Register source, short offset, int immediate)
        : this((byte)opcode | ((ulong)destination << 8) | ((ulong)source << 12) | ((ulong)(ushort)offset << 16) | ((ulong)(uint)immediate << 32))
    {
    }

    /// <summary>The opcode.</summary>
    public byte Opcode => (byte)Bits;

    /// <summary>The opcode's class, one of the class constants of <see cref="Assembler.Opcode"/>.</summary>
    public int Class => Opcode & Assembler.Opcode.ClassMask;

    /// <summary>The register that is written, or the base of a store.</summary>
    public Register Destination => (Register)((Bits >> 8) & 15);

    /// <summary>The register that is read, or the kind of an immediate.</summary>
    public Register Source => (Register)((Bits >> 12) & 15);

    /// <summary>The offset: bytes in memory, or slots of a jump.</summary>
    public short Offset => (short)(Bits >> 16);

    /// <summary>The immediate.</summary>
    public int Immediate => (int)(Bits >> 32);

    /// <summary>Whether the second operand is a register.</summary>
    public bool UsesSource => (Opcode & Assembler.Opcode.RegisterOperand) != 0;

    /// <summary>Whether this is the first of the two slots of a 64-bit constant.</summary>
    public bool IsWide => Opcode == Assembler.Opcode.LoadConstant;

    /// <summary>The same instruction with another offset.</summary>
    /// <param name="offset">The offset.</param>
    /// <returns>The instruction.</returns>
    public Instruction WithOffset(short offset) => new((Bits & ~0xffff0000UL) | ((ulong)(ushort)offset << 16));

    /// <summary>The same instruction with another immediate.</summary>
    /// <param name="immediate">The immediate.</param>
    /// <returns>The instruction.</returns>
    public Instruction WithImmediate(int immediate) => new((uint)Bits | ((ulong)(uint)immediate << 32));
}
