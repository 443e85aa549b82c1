using Instrumentation.Ebpf.Btf;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>As which types a value of the kernel can be read: all that have as many bits at least. The sign is the reader's business, as in a C cast.</summary>
internal static class KernelValueRules
{
    /// <summary>The representation of a value as it is loaded; of a bitfield, the bytes that it lies in.</summary>
    /// <param name="access">The value.</param>
    /// <returns>The representation.</returns>
    public static TypeCode CodeOf(BtfAccess access) => access switch
    {
        { IsBitfield: false, Value.Kind: BtfValueKind.Boolean, LoadSize: 1 } => TypeCode.Boolean,
        { LoadSize: 1 } => access is { IsBitfield: false, Value.IsSigned: true } ? TypeCode.SByte : TypeCode.Byte,
        { LoadSize: 2 } => access is { IsBitfield: false, Value.IsSigned: true } ? TypeCode.Int16 : TypeCode.UInt16,
        { LoadSize: 4 } => access is { IsBitfield: false, Value.IsSigned: true } ? TypeCode.Int32 : TypeCode.UInt32,
        _ => access is { IsBitfield: false, Value.IsSigned: true } ? TypeCode.Int64 : TypeCode.UInt64,
    };

    /// <summary>Refuses to read a value as a type that does not hold it.</summary>
    /// <param name="path">The path; its type is the one to read.</param>
    /// <param name="access">The value.</param>
    /// <exception cref="ExpressionException">It does not hold it.</exception>
    public static void Demand(KernelPathExpression path, BtfAccess access)
    {
        if (!ExpressionTypes.IsReadable(path.Type))
        {
            throw Refused(path, access, "Read a number.");
        }

        switch (access.Value.Kind)
        {
            case BtfValueKind.Composite:
                throw Refused(path, access, "Go on to one of its members.");
            case BtfValueKind.Array:
                throw Refused(path, access, "Choose an element with [0]; read text with c.KernelString.");
            case BtfValueKind.None or BtfValueKind.Float:
                throw Refused(path, access, "It is no number: read the members beside it.");
        }

        long bits = access.IsBitfield ? access.BitSize : access.Value.Kind == BtfValueKind.Boolean ? 1 : access.Value.Size * 8;
        if (access.LoadSize is not (1 or 2 or 4 or 8))
        {
            throw Refused(path, access, "Its parts cannot be read.");
        }

        if (Canonical.BitsOf(ExpressionTypes.RepresentationOf(path.Type)) < bits)
        {
            string wider = bits switch { <= 8 => "byte", <= 16 => "short", <= 32 => "int", _ => "long" };
            throw Refused(path, access, path.Type == typeof(bool) ? $"Compare it: c.Kernel<{wider}>(\"{path.Path}\") != 0." : $"Read it as a {wider}: c.Kernel<{wider}>(\"{path.Path}\").");
        }
    }

    private static ExpressionException Refused(KernelPathExpression path, BtfAccess access, string mend)
    {
        string bits = access.IsBitfield ? $", {access.BitSize} bits of it" : string.Empty;
        return Refusals.Of(path, $"its end is of the type '{access.Declared}'{bits}, which cannot be read as a {TypeText.Of(path.Type)}.", mend);
    }
}
