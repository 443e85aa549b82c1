using Instrumentation.Ebpf.Btf;

namespace Instrumentation.Ebpf.Objects.Relocation;

/// <summary>Whether types of the object and of the target mean the same, in the ways that relocations ask.</summary>
internal static class CoreTypes
{
    private const int MostNested = 32;

    /// <summary>Whether a member may be read as another: by kind, whatever size and sign; of structures and enumerations also by name.</summary>
    /// <param name="local">The member's type in the object.</param>
    /// <param name="target">The member's type in the target.</param>
    /// <returns>True if it may.</returns>
    /// <exception cref="BadFileException">A type has no end.</exception>
    public static bool AreFieldsCompatible(BtfType local, BtfType target)
    {
        for (int layer = 0; layer < MostNested; layer++)
        {
            (local, target) = (local.Peel(), target.Peel());
            if (local.IsComposite && target.IsComposite)
            {
                return true;
            }

            if (!CoreMatcher.HasSameKind(local, target))
            {
                return false;
            }

            switch (local.Kind)
            {
                case BtfKind.Pointer or BtfKind.Float:
                    return true;
                case BtfKind.Forward or BtfKind.Enum or BtfKind.Enum64:
                    return local.NameUtf8.IsEmpty || target.NameUtf8.IsEmpty || HaveSameName(local, target);
                case BtfKind.Int:
                    return local.IntBitOffset == 0 && target.IntBitOffset == 0;
                case BtfKind.Array:
                    (local, target) = (local.Target, target.Target);
                    break;
                default:
                    return false;
            }
        }

        return false;
    }

    /// <summary>Whether a type is there: of the same kind, and what it is made of as well, without looking at members.</summary>
    /// <param name="local">The type in the object.</param>
    /// <param name="target">The type of its name in the target.</param>
    /// <param name="budget">How much may be looked at.</param>
    /// <returns>True if it is.</returns>
    /// <exception cref="BadFileException">A type has no end.</exception>
    public static bool AreCompatible(BtfType local, BtfType target, ref int budget) => AreCompatible(local, target, 0, ref budget);

    /// <summary>Whether a type fits the target's: members that it has are there and of fitting types.</summary>
    /// <param name="local">The type in the object.</param>
    /// <param name="target">The type of its name in the target.</param>
    /// <param name="budget">How much may be looked at.</param>
    /// <returns>True if it fits.</returns>
    /// <exception cref="BadFileException">A type has no end.</exception>
    public static bool Match(BtfType local, BtfType target, ref int budget) => Match(local, target, behindPointer: false, 0, ref budget);

    private static bool HaveSameName(BtfType local, BtfType target) => CoreSpec.WithoutFlavor(local.Name) == CoreSpec.WithoutFlavor(target.Name);

    private static bool AreCompatible(BtfType local, BtfType target, int depth, ref int budget)
    {
        for (; depth < MostNested && --budget > 0; depth++)
        {
            (local, target) = (local.Peel(), target.Peel());
            if (!CoreMatcher.HasSameKind(local, target))
            {
                return false;
            }

            switch (local.Kind)
            {
                case BtfKind.Int:
                    return local.IntBitOffset == 0 && target.IntBitOffset == 0;
                case BtfKind.Pointer or BtfKind.Array:
                    (local, target) = (local.Target, target.Target);
                    break;
                case BtfKind.FunctionPrototype:
                    if (local.Count != target.Count)
                    {
                        return false;
                    }

                    for (int i = 0; i < local.Count; i++)
                    {
                        if (!AreCompatible(local.GetParameter(i).Type, target.GetParameter(i).Type, depth + 1, ref budget))
                        {
                            return false;
                        }
                    }

                    (local, target) = (local.Target, target.Target);
                    break;
                case BtfKind.Void or BtfKind.Struct or BtfKind.Union or BtfKind.Enum or BtfKind.Enum64 or BtfKind.Forward or BtfKind.Float:
                    return true;
                default:
                    return false;
            }
        }

        return false;
    }

    private static bool Match(BtfType local, BtfType target, bool behindPointer, int depth, ref int budget)
    {
        for (; depth < MostNested && --budget > 0; depth++)
        {
            (local, target) = (local.Peel(), target.Peel());
            if (!HaveSameName(local, target))
            {
                return false;
            }

            bool isForward = local.Kind == BtfKind.Forward || target.Kind == BtfKind.Forward;
            if (behindPointer && isForward && IsCompositeOrForward(local) && IsCompositeOrForward(target))
            {
                return IsUnion(local) == IsUnion(target);
            }

            if (!CoreMatcher.HasSameKind(local, target))
            {
                return false;
            }

            switch (local.Kind)
            {
                case BtfKind.Void:
                    return true;
                case BtfKind.Forward:
                    return local.Flag == target.Flag;
                case BtfKind.Int or BtfKind.Float:
                    return local.RecordSize == target.RecordSize && (local.Kind == BtfKind.Float || local.IsSigned == target.IsSigned);
                case BtfKind.Enum or BtfKind.Enum64:
                    return behindPointer ? local.Kind == target.Kind : MatchValues(local, target, ref budget);
                case BtfKind.Struct or BtfKind.Union:
                    return behindPointer || MatchMembers(local, target, depth, ref budget);
                case BtfKind.Pointer:
                    (local, target, behindPointer) = (local.Target, target.Target, true);
                    break;
                case BtfKind.Array:
                    if (local.Length != target.Length)
                    {
                        return false;
                    }

                    (local, target) = (local.Target, target.Target);
                    break;
                case BtfKind.FunctionPrototype:
                    if (local.Count != target.Count)
                    {
                        return false;
                    }

                    for (int i = 0; i < local.Count; i++)
                    {
                        if (!Match(local.GetParameter(i).Type, target.GetParameter(i).Type, behindPointer, depth + 1, ref budget))
                        {
                            return false;
                        }
                    }

                    (local, target) = (local.Target, target.Target);
                    break;
                default:
                    return false;
            }
        }

        return false;
    }

    private static bool IsCompositeOrForward(BtfType type) => type.IsComposite || type.Kind == BtfKind.Forward;

    private static bool IsUnion(BtfType type) => type.Kind == BtfKind.Union || (type.Kind == BtfKind.Forward && type.Flag);

    private static bool MatchValues(BtfType local, BtfType target, ref int budget)
    {
        if (local.Count > target.Count)
        {
            return false;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < target.Count; i++)
        {
            names.Add(CoreSpec.WithoutFlavor(target.GetEnumValue(i).Name));
        }

        budget -= local.Count + target.Count;
        for (int i = 0; i < local.Count; i++)
        {
            if (!names.Contains(CoreSpec.WithoutFlavor(local.GetEnumValue(i).Name)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool MatchMembers(BtfType local, BtfType target, int depth, ref int budget)
    {
        if (local.Count > target.Count)
        {
            return false;
        }

        for (int i = 0; i < local.Count; i++)
        {
            BtfMember wanted = local.GetMember(i);
            bool found = false;
            for (int j = 0; !found && budget > 0 && j < target.Count; j++)
            {
                budget--;
                found = target.GetPartNameUtf8(j).SequenceEqual(local.GetPartNameUtf8(i))
                    && Match(wanted.Type, target.GetMember(j).Type, behindPointer: false, depth + 1, ref budget);
            }

            if (!found)
            {
                return false;
            }
        }

        return true;
    }
}
