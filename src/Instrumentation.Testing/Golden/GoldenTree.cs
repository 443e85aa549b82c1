namespace Instrumentation.Testing.Golden;

/// <summary>Something that a trace has a line for: a call, or what else is recorded.</summary>
/// <param name="Source">What it is, to find it as a parent.</param>
/// <param name="Parent">What it happened in, or null.</param>
/// <param name="Started">When it began, in nanoseconds.</param>
/// <param name="Ended">When it ended.</param>
/// <param name="Text">Its text, not scrubbed yet.</param>
internal sealed record GoldenEntry(object Source, object? Parent, long Started, long Ended, string Text);

/// <summary>Makes the tree of a trace.</summary>
internal static class GoldenTree
{
    // Times are kept in units of 100 ns.
    private const long Resolution = 100;

    /// <summary>
    /// The tree: what happened in something lies below it, in the order of beginning. What overlaps a neighbour in time runs concurrently with it: there the order is that of the text,
    /// and they are a group.
    /// </summary>
    /// <param name="entries">The entries in the order in which they began.</param>
    /// <param name="scrubber">Scrubs their texts.</param>
    /// <returns>The topmost nodes.</returns>
    public static List<GoldenNode> Build(IReadOnlyList<GoldenEntry> entries, LineScrubber scrubber)
    {
        Dictionary<object, GoldenNode> nodes = new(ReferenceEqualityComparer.Instance);
        foreach (GoldenEntry entry in entries)
        {
            nodes.Add(entry.Source, scrubber.Scrub(entry.Text));
        }

        List<GoldenNode> roots = [];
        foreach (GoldenEntry entry in entries)
        {
            // A parent that is not of the trace was not kept, which is a doubt of its own.
            (entry.Parent is not null && nodes.TryGetValue(entry.Parent, out GoldenNode? parent) ? parent.Children : roots).Add(nodes[entry.Source]);
        }

        GoldenKeys.Set(roots);
        Dictionary<GoldenNode, GoldenEntry> entryOf = entries.ToDictionary(entry => nodes[entry.Source]);
        Order(roots, entryOf);
        foreach (GoldenNode node in nodes.Values)
        {
            Order(node.Children, entryOf);
        }

        return roots;
    }

    private static void Order(List<GoldenNode> siblings, Dictionary<GoldenNode, GoldenEntry> entryOf)
    {
        int first = 0;
        while (first < siblings.Count)
        {
            long end = entryOf[siblings[first]].Ended;
            int next = first + 1;
            while (next < siblings.Count && entryOf[siblings[next]].Started < end - Resolution)
            {
                end = Math.Max(end, entryOf[siblings[next]].Ended);
                next++;
            }

            if (next - first > 1)
            {
                GoldenNode[] group = [.. siblings[first..next].OrderBy(static node => node.Key, StringComparer.Ordinal)];
                for (int i = 0; i < group.Length; i++)
                {
                    group[i].Group = group;
                    siblings[first + i] = group[i];
                }
            }

            first = next;
        }
    }
}
