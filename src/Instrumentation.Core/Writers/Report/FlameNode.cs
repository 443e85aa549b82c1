namespace Instrumentation.Writers.Report;

/// <summary>A frame of a flame graph with what was called from there.</summary>
/// <param name="name">The frame.</param>
/// <param name="kind">What it is code of.</param>
internal sealed class FlameNode(string name, FrameKind kind)
{
    private readonly Dictionary<(string Name, FrameKind Kind), FlameNode> _children = [];

    /// <summary>The frame.</summary>
    public string Name => name;

    /// <summary>What it is code of.</summary>
    public FrameKind Kind => kind;

    /// <summary>What was counted here and in all that was called from here.</summary>
    public long Weight { get; private set; }

    /// <summary>What was called from here, the heaviest first.</summary>
    public IEnumerable<FlameNode> Children => _children.Values.OrderByDescending(static child => child.Weight).ThenBy(static child => child.Name, StringComparer.Ordinal);

    /// <summary>Adds a stack.</summary>
    /// <param name="frames">The frames, the outermost first.</param>
    /// <param name="weight">What it counts.</param>
    public void Add(IEnumerable<(string Name, FrameKind Kind)> frames, long weight)
    {
        FlameNode node = this;
        node.Weight += weight;
        foreach ((string Name, FrameKind Kind) frame in frames)
        {
            if (!node._children.TryGetValue(frame, out FlameNode? child))
            {
                node._children.Add(frame, child = new FlameNode(frame.Name, frame.Kind));
            }

            node = child;
            node.Weight += weight;
        }
    }

    /// <summary>All weights of this frame and of those below it.</summary>
    /// <returns>The weights, in no order.</returns>
    public IEnumerable<long> Weights()
    {
        Stack<FlameNode> open = new([this]);
        while (open.TryPop(out FlameNode? node))
        {
            yield return node.Weight;
            foreach (FlameNode child in node._children.Values)
            {
                open.Push(child);
            }
        }
    }
}
