using Instrumentation.Ebpf.Assembler;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>The canonical 64-bit form of values in registers.</summary>
internal static class Canonical
{
    /// <summary>The bits that numbers of a representation have.</summary>
    /// <param name="code">The representation: an integer, char or bool.</param>
    /// <returns>1, 8, 16, 32 or 64.</returns>
    public static int BitsOf(TypeCode code) => code switch
    {
        TypeCode.Boolean => 1,
        TypeCode.SByte or TypeCode.Byte => 8,
        TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Char => 16,
        TypeCode.Int32 or TypeCode.UInt32 => 32,
        TypeCode.Int64 or TypeCode.UInt64 => 64,
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "The representation is no integer."),
    };

    /// <summary>Makes a register canonical that holds a number in its lowest bits.</summary>
    /// <param name="assembler">Takes the code.</param>
    /// <param name="register">The register.</param>
    /// <param name="code">The number's representation.</param>
    public static void Extend(BpfAssembler assembler, Register register, TypeCode code)
    {
        if (ExpressionTypes.IsUnsigned(code))
        {
            assembler.ZeroExtend(register, BitsOf(code));
        }
        else
        {
            assembler.SignExtend(register, BitsOf(code));
        }
    }

    /// <summary>Loads a value from memory in canonical form.</summary>
    /// <param name="assembler">Takes the code.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="address">Holds the address.</param>
    /// <param name="offset">Bytes from there.</param>
    /// <param name="code">The representation of the value; a bool is one byte, and true when it is not 0.</param>
    public static void Load(BpfAssembler assembler, Register destination, Register address, int offset, TypeCode code)
    {
        if (code == TypeCode.Boolean)
        {
            Label zero = assembler.NewLabel("zero");
            assembler.Load(destination, address, offset, MemorySize.Bytes1);
            assembler.JumpIf(JumpCondition.Equal, destination, 0, zero);
            assembler.Move(destination, 1);
            assembler.Mark(zero);
            return;
        }

        MemorySize size = (BitsOf(code) / 8).ToMemorySize();
        if (ExpressionTypes.IsUnsigned(code))
        {
            assembler.Load(destination, address, offset, size);
        }
        else
        {
            assembler.LoadSigned(destination, address, offset, size);
        }
    }

    /// <summary>Whether the canonical form of every number of one representation is also that of the number that a conversion to another makes of it.</summary>
    /// <param name="from">The representation that is converted.</param>
    /// <param name="to">The representation that it is converted to.</param>
    /// <returns>False when the register has to be extended anew.</returns>
    public static bool Fits(TypeCode from, TypeCode to)
    {
        int source = BitsOf(from);
        int target = BitsOf(to);
        bool unsigned = ExpressionTypes.IsUnsigned(to);
        return target == 64 || (ExpressionTypes.IsUnsigned(from) ? source < target || (source == target && unsigned) : !unsigned && source <= target);
    }
}
