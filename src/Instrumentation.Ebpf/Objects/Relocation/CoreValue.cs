using Instrumentation.Ebpf.Btf;

namespace Instrumentation.Ebpf.Objects.Relocation;

/// <summary>What a relocation asks for, as one set of types answers it.</summary>
/// <param name="Value">The answer.</param>
/// <param name="Size">The bytes of the field that is loaded or stored; 0 where that plays no role.</param>
/// <param name="Type">The field's type, without typedefs; null where it plays no role.</param>
/// <param name="IsCertain">Whether the compiler put the same answer into the instruction: not for bitfields and numbers of types.</param>
internal readonly record struct CoreValue(ulong Value, int Size, BtfType? Type, bool IsCertain)
{
    /// <summary>Answers a relocation.</summary>
    /// <param name="spec">The access.</param>
    /// <param name="kind">What is asked.</param>
    /// <returns>The answer; null if the access cannot have one: a bitfield that does not fit into eight bytes, bits of what is no member.</returns>
    /// <exception cref="BadFileException">A type has no end.</exception>
    public static CoreValue? Of(CoreSpec spec, BtfRelocationKind kind) => kind switch
    {
        BtfRelocationKind.FieldExists or BtfRelocationKind.TypeExists or BtfRelocationKind.TypeMatches or BtfRelocationKind.EnumValueExists => new CoreValue(1, 0, null, true),
        BtfRelocationKind.LocalTypeId or BtfRelocationKind.TargetTypeId => new CoreValue(spec.Root.Id, 0, null, false),
        BtfRelocationKind.TypeSize => new CoreValue((ulong)spec.Root.ByteSize(), 0, null, true),
        BtfRelocationKind.EnumValue => new CoreValue(unchecked((ulong)spec.Steps[0].Type.GetEnumValue((int)spec.Steps[0].Index).Value), 0, null, true),
        _ => OfField(spec, kind),
    };

    private static CoreValue? OfField(CoreSpec spec, BtfRelocationKind kind)
    {
        CoreStep last = spec.Steps[^1];
        if (last.Name is null)
        {
            BtfType element = last.Type.Kind == BtfKind.Array && spec.Steps.Count > 1 ? last.Type.Target.Peel() : last.Type;
            int bytes = (int)Math.Min(element.ByteSize(), int.MaxValue);
            return kind switch
            {
                BtfRelocationKind.FieldByteOffset => new CoreValue((ulong)(spec.BitOffset / 8), bytes, element, true),
                BtfRelocationKind.FieldByteSize => new CoreValue((ulong)bytes, 0, null, true),
                _ => null,
            };
        }

        BtfMember member = last.Type.GetMember((int)last.Index);
        BtfType type = member.Type.Peel();
        long size = type.ByteSize(), bits = member.BitSize != 0 ? member.BitSize : size * 8, offset = spec.BitOffset / 8;
        if (member.BitSize != 0)
        {
            // The bytes of the declared type that hold the bits, or more of them where the bits lie across.
            size = size is > 0 and <= sizeof(ulong) ? size : 1;
            offset = spec.BitOffset / 8 / size * size;
            while (spec.BitOffset + bits - (offset * 8) > size * 8)
            {
                if (size >= sizeof(ulong))
                {
                    return null;
                }

                size *= 2;
                offset = spec.BitOffset / 8 / size * size;
            }
        }

        bool isCertain = member.BitSize == 0;
        return kind switch
        {
            BtfRelocationKind.FieldByteOffset => new CoreValue((ulong)offset, (int)Math.Min(size, int.MaxValue), type, isCertain),
            BtfRelocationKind.FieldByteSize => new CoreValue((ulong)size, 0, null, isCertain),
            BtfRelocationKind.FieldIsSigned => new CoreValue(CoreMatcher.IsEnum(type) || type.IsSigned ? 1UL : 0, 0, null, false),
            BtfRelocationKind.FieldLeftShift => new CoreValue(unchecked((ulong)(64 - (spec.BitOffset + bits - (offset * 8)))), 0, null, false),
            BtfRelocationKind.FieldRightShift => new CoreValue(unchecked((ulong)(64 - bits)), 0, null, isCertain),
            _ => null,
        };
    }
}
