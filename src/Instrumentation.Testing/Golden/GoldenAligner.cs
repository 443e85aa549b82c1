namespace Instrumentation.Testing.Golden;

/// <summary>
/// Brings received siblings into the order of the golden ones, as far as that is no difference: among those that overlapped in time now, and those that the golden trace marks. So it
/// does not matter which of them came first, nor whether they happened to overlap this time.
/// </summary>
internal sealed class GoldenAligner
{
    private readonly List<GoldenNode> _golden;
    private readonly List<GoldenNode> _received;
    private readonly HashSet<string> _free;
    private readonly int _common;

    private GoldenAligner(List<GoldenNode> golden, List<GoldenNode> received)
    {
        (_golden, _received) = (golden, received);
        _free = [.. golden.Concat(received).Where(static node => node.IsInAnyOrder).Select(static node => node.Key)];
        _common = Math.Min(golden.Count, received.Count);
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
            if (!golden.IsInAnyOrder && !received.IsInAnyOrder && golden.Key == received.Key)
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

    // The end of the shortest stretch that has the same in both, in whatever order. What is in no order that timing decides is not passed over.
    private int? EndOfSame(int start)
    {
        List<string> golden = [];
        List<string> received = [];
        for (int end = start; end < _common;)
        {
            do
            {
                golden.Add(_golden[end].Key);
                received.Add(_received[end].Key);
                end++;
            }
            while (end < _common && (IsAmid(_golden, end) || IsAmid(_received, end)));

            if (!golden.Concat(received).All(_free.Contains))
            {
                return null;
            }

            if (golden.Order(StringComparer.Ordinal).SequenceEqual(received.Order(StringComparer.Ordinal)))
            {
                return end;
            }
        }

        return null;
    }

    private static bool IsAmid(List<GoldenNode> nodes, int index) => index < nodes.Count && nodes[index - 1].IsInAnyOrder && nodes[index].IsInAnyOrder;

    private void Take(int start, int end)
    {
        List<GoldenNode> left = _received[start..end];
        for (int i = start; i < end; i++)
        {
            GoldenNode received = left.First(node => node.Key == _golden[i].Key);
            left.Remove(received);
            received.IsInAnyOrder = _golden[i].IsInAnyOrder;
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
                received.IsInAnyOrder = golden.IsInAnyOrder;
                Align(golden.Children, received.Children);
            }
        }
    }
}
