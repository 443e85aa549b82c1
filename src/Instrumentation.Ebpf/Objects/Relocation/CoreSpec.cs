using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Files;

namespace Instrumentation.Ebpf.Objects.Relocation;

/// <summary>One step of an access that has a name, or indexes.</summary>
/// <param name="Type">The structure, union, enumeration or array; of the first step, the type that the access begins at.</param>
/// <param name="Index">The member's, value's or element's number.</param>
/// <param name="Name">The member's or value's name; null for an index.</param>
internal readonly record struct CoreStep(BtfType Type, uint Index, string? Name);

/// <summary>An access as one set of types has it: what a relocation asks for, spelled out.</summary>
/// <param name="Kind">What is asked.</param>
/// <param name="Root">The type that the access begins at.</param>
/// <param name="Steps">The steps.</param>
/// <param name="BitOffset">Where the access leads to, in bits.</param>
internal sealed record CoreSpec(BtfRelocationKind Kind, BtfType Root, IReadOnlyList<CoreStep> Steps, long BitOffset)
{
    private const long MostBits = (long)int.MaxValue * 8;

    /// <summary>Whether the access is to a field, rather than to a type or a value of an enumeration.</summary>
    public bool IsField => Kind <= BtfRelocationKind.FieldRightShift;

    /// <summary>Whether the access is to a value of an enumeration.</summary>
    public bool IsEnum => Kind is BtfRelocationKind.EnumValue or BtfRelocationKind.EnumValueExists;

    /// <summary>Whether what does not exist has an answer.</summary>
    public bool AsksForExistence =>
        Kind is BtfRelocationKind.FieldExists or BtfRelocationKind.TypeExists or BtfRelocationKind.TypeMatches or BtfRelocationKind.EnumValueExists;

    /// <summary>Spells a relocation out in the object's own types.</summary>
    /// <param name="relocation">The relocation.</param>
    /// <param name="types">The object's types.</param>
    /// <returns>The access.</returns>
    /// <exception cref="BadFileException">The relocation does not fit the types.</exception>
    public static CoreSpec Parse(BtfRelocation relocation, BtfFile types)
    {
        if (relocation.Kind > BtfRelocationKind.TypeMatches)
        {
            throw types.Bad(relocation.TypeId, $"a relocation of it asks for {(uint)relocation.Kind}, which is not known.");
        }

        BtfType root = types.GetType(relocation.TypeId);
        IReadOnlyList<int> access = BtfExtension.ReadAccess(relocation, types);
        var spec = new CoreSpec(relocation.Kind, root, [], 0);
        if (spec.IsField)
        {
            return ParseField(spec, access);
        }

        if (!spec.IsEnum)
        {
            return access is [0] ? spec : throw types.Bad(root.Id, "a relocation that asks for the whole type names a part of it.");
        }

        BtfType bare = root.Peel();
        return access.Count == 1 && bare.Kind is BtfKind.Enum or BtfKind.Enum64 && access[0] < bare.Count
            ? spec with { Steps = [new CoreStep(bare, (uint)access[0], bare.GetEnumValue(access[0]).Name)] }
            : throw types.Bad(root.Id, "a relocation asks for a value that it does not have.");
    }

    /// <summary>The name of a type or value without the flavour: what follows three underscores in the name is the object's own.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The name in the kernel.</returns>
    public static string WithoutFlavor(string name)
    {
        int flavor = name.LastIndexOf("___", StringComparison.Ordinal);
        return flavor > 0 && flavor + 3 < name.Length ? name[..flavor] : name;
    }

    /// <summary>Whether an index is one of an array at the end of a structure that has as many elements as memory was taken for.</summary>
    /// <param name="steps">The steps up to the array.</param>
    /// <param name="array">The array.</param>
    /// <returns>True if it is.</returns>
    public static bool IsFlexible(IReadOnlyList<CoreStep> steps, BtfType array) =>
        array.Length == 0 && steps.Count > 0 && steps[^1] is { Name: not null } last && last.Index == last.Type.Count - 1;

    /// <summary>The access as C writes it, with the kind of the relocation.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        string kind = Root.Kind switch { BtfKind.Struct => "struct ", BtfKind.Union => "union ", BtfKind.Enum or BtfKind.Enum64 => "enum ", _ => string.Empty };
        string path = string.Concat(Steps.Select((step, number) => step.Name is not null ? $".{step.Name}" : number == 0 && step.Index == 0 ? string.Empty : $"[{step.Index}]"));
        return $"{Kind} of {kind}{(Root.NameUtf8.IsEmpty ? $"type {Root.Id}" : StringTable.Text(Root.NameUtf8))}{path}";
    }

    private static CoreSpec ParseField(CoreSpec spec, IReadOnlyList<int> access)
    {
        BtfType root = spec.Root, type = root.Peel();
        var steps = new List<CoreStep> { new(type, (uint)access[0], null) };
        long bits = access[0] * type.ByteSize() * 8;
        foreach (int index in access.Skip(1))
        {
            if (type.IsComposite && index < type.Count)
            {
                BtfMember member = type.GetMember(index);
                bits += member.BitOffset;
                if (member.Name.Length > 0)
                {
                    steps.Add(new CoreStep(type, (uint)index, member.Name));
                }

                type = member.Type.Peel();
            }
            else if (type.Kind == BtfKind.Array && (index < type.Length || IsFlexible(steps, type)))
            {
                steps.Add(new CoreStep(type, (uint)index, null));
                type = type.Target.Peel();
                bits += index * type.ByteSize() * 8;
            }
            else
            {
                throw root.File.Bad(root.Id, $"a relocation's access leads to part {index} of '{type}', which it does not have.");
            }

            if (bits is < 0 or > MostBits)
            {
                throw root.File.Bad(root.Id, "a relocation's access leads beyond all memory.");
            }
        }

        return spec with { Steps = steps, BitOffset = bits };
    }
}
