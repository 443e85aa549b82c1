using System.Text;
using Instrumentation.Ebpf.Names;

namespace Instrumentation.Ebpf.Btf;

/// <summary>Members of structures and unions by name. What an anonymous structure or union holds counts as the outer one's, as in C.</summary>
internal static class BtfMembers
{
    // Structures lie in each other a few deep; one that holds itself, as only a bad file can say, ends here.
    private const int MostNested = 64;

    /// <summary>Finds a member.</summary>
    /// <param name="composite">A structure or union.</param>
    /// <param name="name">The member's name.</param>
    /// <param name="member">The member; its offset counts from the beginning of the outermost structure.</param>
    /// <returns>False if there is none of the name.</returns>
    /// <exception cref="BadFileException">The type of a member is not in the file.</exception>
    public static bool TryFind(BtfType composite, string name, out BtfMember member)
    {
        foreach ((BtfType type, int index, uint offset) in All(composite))
        {
            if (Matches(type.GetPartNameUtf8(index), name))
            {
                BtfMember found = type.GetMember(index);
                member = found with { BitOffset = unchecked(found.BitOffset + offset) };
                return true;
            }
        }

        member = default;
        return false;
    }

    /// <summary>The names that a misspelt one may have meant.</summary>
    /// <param name="composite">A structure or union.</param>
    /// <param name="wanted">The name that was not found.</param>
    /// <returns>Names of members, best first; empty when none is near.</returns>
    /// <exception cref="BadFileException">The type of a member is not in the file.</exception>
    public static IReadOnlyList<string> Nearest(BtfType composite, string wanted)
    {
        var nearest = new NearestSymbols(wanted);
        foreach ((BtfType type, int index, _) in All(composite))
        {
            nearest.Offer(type.GetPartNameUtf8(index));
        }

        return nearest.Names;
    }

    /// <summary>All members that have a name, those of anonymous parts in their place.</summary>
    /// <param name="composite">A structure or union.</param>
    /// <returns>The type that has the member, the member's number in it, and how many bits that type lies into the outermost one.</returns>
    /// <exception cref="BadFileException">The type of a member is not in the file.</exception>
    public static IEnumerable<(BtfType Type, int Index, uint BitOffset)> All(BtfType composite)
    {
        // The same anonymous type can be held in several places, and a bad file can double them with each level: each is looked into once.
        var seen = new HashSet<uint> { composite.Id };
        var stack = new Stack<(BtfType Type, int Index, uint BitOffset)>();
        stack.Push((composite, 0, 0));
        while (stack.TryPop(out (BtfType Type, int Index, uint BitOffset) at))
        {
            if (at.Index >= at.Type.Count)
            {
                continue;
            }

            stack.Push((at.Type, at.Index + 1, at.BitOffset));
            if (!at.Type.GetPartNameUtf8(at.Index).IsEmpty)
            {
                yield return at;
                continue;
            }

            BtfMember member = at.Type.GetMember(at.Index);
            if (member.Type.Peel() is { IsComposite: true } inner && stack.Count < MostNested && seen.Add(inner.Id))
            {
                stack.Push((inner, 0, unchecked(at.BitOffset + member.BitOffset)));
            }
        }
    }

    private static bool Matches(ReadOnlySpan<byte> name, string wanted) =>
        Ascii.Equals(name, wanted);
}
