using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>Emits accesses to maps.</summary>
internal static class MapAccess
{
    /// <summary>Emits the look-up of an array's element. Null cannot be, but the verifier wants to see it handled.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="map">The array.</param>
    /// <param name="name">What it is called in disassembly.</param>
    /// <param name="index">The element.</param>
    /// <param name="missing">Where to go when there is no such element.</param>
    /// <param name="destination">Receives the address.</param>
    public static void EmitElement(CodeEmitter code, MapHandle map, string name, int index, Label missing, Register destination)
    {
        BpfAssembler assembler = code.Assembler;
        using StackSlot key = code.Frame.Take(sizeof(int), name);
        assembler.StoreConstant(Register.R10, key.Offset, index, MemorySize.Bytes4);
        EmitLookup(code, map, name, key);
        assembler.JumpIf(JumpCondition.Equal, Register.R0, 0, missing);
        assembler.Move(destination, Register.R0);
    }

    /// <summary>Emits the look-up of a key: R0 is the value's address, or 0.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="map">The map.</param>
    /// <param name="name">What it is called in disassembly.</param>
    /// <param name="key">Where the key is.</param>
    public static void EmitLookup(CodeEmitter code, MapHandle map, string name, StackSlot key)
    {
        code.Assembler.LoadMap(Register.R1, map, name);
        code.EmitAddress(Register.R2, key);
        code.Assembler.Call(BpfHelper.MapLookupElement);
    }
}
