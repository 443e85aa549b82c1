using System.Text;
using Instrumentation.Ebpf.Btf;

namespace Instrumentation.Ebpf.Objects.Relocation;

/// <summary>Finds in the target's types what an access of the object means.</summary>
/// <param name="target">The target's types.</param>
internal sealed class CoreMatcher(BtfFile target)
{
    private const int MostNested = 32;

    private readonly Dictionary<(string Name, BtfKind Kind), BtfType[]> _candidates = [];

    /// <summary>The types of the target that a type of the object may mean: those of its name and kind.</summary>
    /// <param name="local">The object's type.</param>
    /// <returns>The types.</returns>
    public IReadOnlyList<BtfType> Candidates(BtfType local)
    {
        string name = CoreSpec.WithoutFlavor(local.Name);
        if (!_candidates.TryGetValue((name, local.Kind), out BtfType[]? found))
        {
            found = [.. target.FindAll(name).Where(type => HasSameKind(type, local))];
            _candidates.Add((name, local.Kind), found);
        }

        return found;
    }

    /// <summary>Whether two types are of one kind; the two widths of enumerations are one.</summary>
    /// <param name="first">A type.</param>
    /// <param name="second">Another.</param>
    /// <returns>True if they are.</returns>
    public static bool HasSameKind(BtfType first, BtfType second) => first.Kind == second.Kind || (IsEnum(first) && IsEnum(second));

    /// <summary>Whether a type is an enumeration.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True if it is.</returns>
    public static bool IsEnum(BtfType type) => type.Kind is BtfKind.Enum or BtfKind.Enum64;

    /// <summary>Spells an access out in a type of the target.</summary>
    /// <param name="local">The access in the object's types.</param>
    /// <param name="candidate">The type of the target.</param>
    /// <param name="budget">How much may be looked at.</param>
    /// <returns>The access; null if the type does not have it.</returns>
    /// <exception cref="BadFileException">A type has no end.</exception>
    public static CoreSpec? Match(CoreSpec local, BtfType candidate, ref int budget)
    {
        if (local.IsField)
        {
            return MatchField(local, candidate, ref budget);
        }

        var found = new CoreSpec(local.Kind, candidate, [], 0);
        if (local.IsEnum)
        {
            string wanted = CoreSpec.WithoutFlavor(local.Steps[0].Name!);
            BtfType bare = candidate.Peel();
            for (int i = 0; i < (IsEnum(bare) ? bare.Count : 0); i++)
            {
                budget--;
                if (CoreSpec.WithoutFlavor(Encoding.UTF8.GetString(bare.GetPartNameUtf8(i))) == wanted)
                {
                    return found with { Steps = [new CoreStep(bare, (uint)i, wanted)] };
                }
            }

            return null;
        }

        bool fits = local.Kind == BtfRelocationKind.TypeMatches
            ? CoreTypes.Match(local.Root, candidate, ref budget)
            : CoreTypes.AreCompatible(local.Root, candidate, ref budget);
        return fits ? found : null;
    }

    private static CoreSpec? MatchField(CoreSpec local, BtfType candidate, ref int budget)
    {
        BtfType type = candidate.Peel();
        var steps = new List<CoreStep>();
        long bits = 0;
        for (int i = 0; i < local.Steps.Count; i++)
        {
            CoreStep step = local.Steps[i];
            if (step.Name is not null)
            {
                if (FindMember(step, type, 0, ref budget) is not { } member)
                {
                    return null;
                }

                steps.Add(member.Step);
                bits += member.BitOffset;
                type = member.Step.Type.GetMember((int)member.Step.Index).Type.Peel();
                continue;
            }

            if (i > 0)
            {
                if (type.Kind != BtfKind.Array || (step.Index >= type.Length && !CoreSpec.IsFlexible(steps, type)))
                {
                    return null;
                }

                steps.Add(new CoreStep(type, step.Index, null));
                type = type.Target.Peel();
            }
            else
            {
                steps.Add(new CoreStep(type, step.Index, null));
            }

            bits += step.Index * type.ByteSize() * 8;
        }

        return new CoreSpec(local.Kind, candidate, steps, bits);
    }

    // A member of the name, also one of an anonymous part of the structure; its type has to be such that reading it means the same.
    private static (CoreStep Step, long BitOffset)? FindMember(CoreStep wanted, BtfType type, int depth, ref int budget)
    {
        if (!type.IsComposite || depth > MostNested)
        {
            return null;
        }

        byte[] name = Encoding.UTF8.GetBytes(wanted.Name!);
        for (int i = 0; i < type.Count; i++)
        {
            budget--;
            ReadOnlySpan<byte> found = type.GetPartNameUtf8(i);
            if (found.IsEmpty)
            {
                BtfMember inner = type.GetMember(i);
                if (FindMember(wanted, inner.Type.Peel(), depth + 1, ref budget) is { } nested)
                {
                    return nested with { BitOffset = nested.BitOffset + inner.BitOffset };
                }
            }
            else if (found.SequenceEqual(name))
            {
                BtfMember member = type.GetMember(i);
                BtfType local = wanted.Type.GetMember((int)wanted.Index).Type;
                return CoreTypes.AreFieldsCompatible(local, member.Type)
                    ? (new CoreStep(type, (uint)i, wanted.Name), member.BitOffset)
                    : null;
            }
        }

        return null;
    }
}
