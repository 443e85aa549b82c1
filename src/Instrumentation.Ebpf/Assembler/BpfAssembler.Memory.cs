using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Assembler;

/// <content>Constants, loads, stores and atomics.</content>
internal sealed partial class BpfAssembler
{
    /// <summary>Sets a register to a constant, by the shortest instruction that holds it.</summary>
    /// <param name="destination">The register.</param>
    /// <param name="constant">The constant.</param>
    public void LoadConstant(Register destination, long constant)
    {
        if ((int)constant == constant)
        {
            Move(destination, (int)constant);
        }
        else if ((uint)constant == constant)
        {
            Alu(AluOperation.Move, destination, (int)constant, OperandWidth.Bits32);
        }
        else
        {
            EmitWide(destination, 0, (int)constant, (int)(constant >> 32));
        }
    }

    /// <summary>Sets a register to a map, as helpers take it.</summary>
    /// <param name="destination">The register.</param>
    /// <param name="map">The map; it must be open when the program is loaded, and the program keeps it from then on.</param>
    /// <param name="name">What it is called in disassembly.</param>
    public void LoadMap(Register destination, MapHandle map, string name = "map")
    {
        _maps.Add(new MapReference(Position, map, name));
        EmitWide(destination, Opcode.PseudoMap, 0, 0);
    }

    /// <summary>Sets a register to the address of the first value of an array map with one element, plus an offset: no lookup, and never null.</summary>
    /// <param name="destination">The register.</param>
    /// <param name="map">The map.</param>
    /// <param name="offset">Bytes into the value.</param>
    /// <param name="name">What it is called in disassembly.</param>
    public void LoadMapValue(Register destination, MapHandle map, int offset = 0, string name = "map")
    {
        _maps.Add(new MapReference(Position, map, name));
        EmitWide(destination, Opcode.PseudoMapValue, 0, offset);
    }

    /// <summary>Sets a register to the address of a kernel variable.</summary>
    /// <param name="destination">The register.</param>
    /// <param name="btfId">The variable's type in the kernel's BTF.</param>
    public void LoadKernelVariable(Register destination, uint btfId) => EmitWide(destination, Opcode.PseudoBtfId, (int)btfId, 0);

    /// <summary>Sets a register to a function of this program, for helpers that call back. The program then needs BTF with that function.</summary>
    /// <param name="destination">The register.</param>
    /// <param name="function">The function's label.</param>
    public void LoadFunction(Register destination, Label function)
    {
        Fix(function, FixupKind.Immediate32);
        EmitWide(destination, Opcode.PseudoFunction, 0, 0);
    }

    /// <summary>Reads memory; the rest of the register is cleared.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="address">The register that holds the address.</param>
    /// <param name="offset">Bytes from there.</param>
    /// <param name="size">How much.</param>
    public void Load(Register destination, Register address, int offset, MemorySize size = MemorySize.Bytes8)
    {
        RequireWritable(destination);
        Emit(new Instruction(Opcode.ClassLoad | Opcode.ModeMemory | (int)size, destination, address, Offset16(offset), 0));
    }

    /// <summary>Reads memory and extends it with its sign, by one instruction or more.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="address">The register that holds the address.</param>
    /// <param name="offset">Bytes from there.</param>
    /// <param name="size">How much.</param>
    public void LoadSigned(Register destination, Register address, int offset, MemorySize size)
    {
        if (Set < InstructionSet.V4 || size == MemorySize.Bytes8)
        {
            Load(destination, address, offset, size);
            SignExtend(destination, size.ByteCount() * 8);
            return;
        }

        RequireWritable(destination);
        Emit(new Instruction(Opcode.ClassLoad | Opcode.ModeSigned | (int)size, destination, address, Offset16(offset), 0));
    }

    /// <summary>Writes the lowest bytes of a register to memory.</summary>
    /// <param name="address">The register that holds the address.</param>
    /// <param name="offset">Bytes from there.</param>
    /// <param name="source">What is written.</param>
    /// <param name="size">How much of it.</param>
    public void Store(Register address, int offset, Register source, MemorySize size = MemorySize.Bytes8) =>
        Emit(new Instruction(Opcode.ClassStore | Opcode.ModeMemory | (int)size, address, source, Offset16(offset), 0));

    /// <summary>Writes a constant, sign-extended to the size, to memory.</summary>
    /// <param name="address">The register that holds the address.</param>
    /// <param name="offset">Bytes from there.</param>
    /// <param name="constant">What is written.</param>
    /// <param name="size">How much.</param>
    public void StoreConstant(Register address, int offset, int constant, MemorySize size = MemorySize.Bytes8) =>
        Emit(new Instruction(Opcode.ClassStoreImmediate | Opcode.ModeMemory | (int)size, address, 0, Offset16(offset), constant));

    /// <summary>Changes memory atomically. All but <see cref="AtomicOperation.Add"/> need <see cref="InstructionSet.V3"/>.</summary>
    /// <param name="operation">What is done.</param>
    /// <param name="address">The register that holds the address.</param>
    /// <param name="offset">Bytes from there.</param>
    /// <param name="source">The operand, and for fetching operations the result.</param>
    /// <param name="size">4 or 8 bytes.</param>
    public void Atomic(AtomicOperation operation, Register address, int offset, Register source, MemorySize size = MemorySize.Bytes8)
    {
        if (operation != AtomicOperation.Add)
        {
            Require(InstructionSet.V3, "an atomic operation");
        }

        if (size is not (MemorySize.Bytes4 or MemorySize.Bytes8))
        {
            throw new BpfAssemblyException($"The atomic operation at instruction {Position} cannot be built", $"it is on {size.ByteCount()} bytes.", "Use 4 or 8.");
        }

        Emit(new Instruction(Opcode.ClassStore | Opcode.ModeAtomic | (int)size, address, source, Offset16(offset), (int)operation));
    }

    private void EmitWide(Register destination, Register kind, int low, int high)
    {
        RequireWritable(destination);
        Emit(new Instruction(Opcode.LoadConstant, destination, kind, 0, low));
        Emit(new Instruction(0, 0, 0, 0, high));
    }
}
