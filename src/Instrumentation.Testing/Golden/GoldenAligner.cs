namespace Instrumentation.Testing.Golden;

/// <summary>
/// Brings received siblings into the order of the golden ones, as far as that is no difference: among those that overlapped in time now, and those that are a group in the golden
/// trace. So it does not matter which of them came first, nor whether they happened to overlap this time.
/// </summary>
internal sealed class GoldenAligner
{
    private readonly List<GoldenNode> _golden;
    private readonly List<GoldenNode> _received;

    // Of each key another one that is concurrent with it, up to one that stands for all.
    private readonly Dictionary<string, string> _concurrent = [];
    private readonly int _common;

    private GoldenAligner(List<GoldenNode> golden, List<GoldenNode> received)
    {
        (_golden, _received) = (golden, received);
        _common = Math.Min(golden.Count, received.Count);
        Unite(golden);
        Unite(received);
    }

    /// <summary>Aligns siblings, and what is below them.</summary>
    /// <param name="golden">The golden ones.</param>
    /// <param name="received">The received ones; reordered in place.</param>
    public static void Align(List<GoldenNode> golden, List<GoldenNode> received) => new GoldenAligner(golden, received).Align();

    private void Align()
    {
        int start = 0;
        while (start < _common)
        {
            GoldenNode golden = _golden[start];
            GoldenNode received = _received[start];
            if (golden.Group is null && received.Group is null && golden.Key == received.Key)
            {
                Align(golden.Children, received.Children);
                start++;
            }
            else if (EndOfSame(start) is { } end)
            {
                Take(start, end);
                start = end;
            }
            else
            {
                break;
            }
        }

        AlignRest(start);
    }

    // The end of the shortest stretch that has the same in both, in whatever order. Only what runs concurrently is in one.
    private int? EndOfSame(int start)
    {
        // How many more of a key the golden ones have than the received.
        Dictionary<string, int> surplus = [];
        string all = AllOf(_golden[start].Key);
        int different = 0;
        for (int end = start; end < _common;)
        {
            do
            {
                if (AllOf(_golden[end].Key) != all || AllOf(_received[end].Key) != all)
                {
                    return null;
                }

                Count(_golden[end].Key, 1);
                Count(_received[end].Key, -1);
                end++;
            }
            while (end < _common && (IsAmid(_golden, end) || IsAmid(_received, end)));

            if (different == 0)
            {
                return end;
            }
        }

        return null;

        void Count(string key, int change)
        {
            int before = surplus.GetValueOrDefault(key);
            surplus[key] = before + change;
            different += before == 0 ? 1 : before + change == 0 ? -1 : 0;
        }
    }

    private void Unite(List<GoldenNode> nodes)
    {
        for (int i = 1; i < nodes.Count; i++)
        {
            if (IsAmid(nodes, i) && AllOf(nodes[i - 1].Key) is var one && AllOf(nodes[i].Key) is var other && one != other)
            {
                _concurrent[one] = other;
            }
        }
    }

    private string AllOf(string key)
    {
        while (_concurrent.TryGetValue(key, out string? next))
        {
            key = next;
        }

        return key;
    }

    private static bool IsAmid(List<GoldenNode> nodes, int index) => index < nodes.Count && nodes[index].Group is { } group && nodes[index - 1].Group == group;

    private void Take(int start, int end)
    {
        Dictionary<string, Queue<GoldenNode>> left = _received[start..end].GroupBy(static node => node.Key).ToDictionary(static same => same.Key, static same => new Queue<GoldenNode>(same));
        for (int i = start; i < end; i++)
        {
            GoldenNode received = left[_golden[i].Key].Dequeue();
            received.Group = _golden[i].Group;
            _received[i] = received;
            Align(_golden[i].Children, received.Children);
        }
    }

    // From the first difference on the order is that of the calls, but what is the same is not to look different.
    private void AlignRest(int start)
    {
        List<GoldenNode> left = start < _golden.Count ? _golden[start..] : [];
        foreach (GoldenNode received in start < _received.Count ? _received[start..] : [])
        {
            GoldenNode? golden = left.Find(node => node.Key == received.Key) ?? left.Find(node => node.Template == received.Template);
            if (golden is not null)
            {
                left.Remove(golden);
                received.Group = golden.Group;
                Align(golden.Children, received.Children);
            }
        }
    }
}
