namespace Instrumentation.Writers.Report;

/// <summary>Stacks that are merged into a flame graph.</summary>
internal sealed class FlameGraph
{
    /// <summary>The most frames that a page holds for a graph; the lightest beyond them are left out.</summary>
    public const int MostFrames = 20_000;

    /// <summary>Deeper frames are left out, so that a runaway recursion cannot make a page that no browser reads.</summary>
    public const int MostDepth = 400;

    private FlameGraph(string title, ValueUnit unit, long lost)
    {
        Title = title;
        Unit = unit;
        Lost = lost;
    }

    /// <summary>What it shows.</summary>
    public string Title { get; }

    /// <summary>What the weights are: nanoseconds, or numbers of samples.</summary>
    public ValueUnit Unit { get; }

    /// <summary>What was counted without a stack.</summary>
    public long Lost { get; }

    /// <summary>Everything: its children are the outermost frames.</summary>
    public FlameNode Root { get; } = new("all", FrameKind.Unknown);

    /// <summary>The least weight of a frame that the page holds.</summary>
    public long Least { get; private set; } = 1;

    /// <summary>Makes a graph of a profile.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="profile">The stacks.</param>
    /// <returns>The graph, of the profile's weights.</returns>
    public static FlameGraph Of(string title, StackProfile profile)
    {
        FlameGraph graph = new(title, profile.Unit ?? ValueUnit.None, profile.Lost);
        bool severalProcesses = profile.Stacks.Select(static stack => stack.ProcessId).Distinct().Skip(1).Any();
        foreach (ProfiledStack stack in profile.Stacks)
        {
            IEnumerable<(string Name, FrameKind Kind)> frames = stack.Frames.Reverse().Select(static frame => (frame.Name, frame.Kind));
            graph.Root.Add((severalProcesses ? frames.Prepend((stack.Process, FrameKind.Unknown)) : frames).Take(MostDepth), stack.Weight);
        }

        graph.Bound();
        return graph;
    }

    /// <summary>Makes a graph of folded text.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="lines">Lines like <c>outermost;inner;innermost 42</c>; others are left out.</param>
    /// <param name="unit">What the numbers are.</param>
    /// <returns>The graph.</returns>
    public static FlameGraph OfFolded(string title, IEnumerable<string> lines, ValueUnit unit)
    {
        FlameGraph graph = new(title, unit, 0);
        foreach (string line in lines)
        {
            int space = line.TrimEnd().LastIndexOf(' ');
            if (space > 0 && long.TryParse(line.AsSpan(space + 1), out long weight) && weight > 0)
            {
                graph.Root.Add(line[..space].Split(';').Take(MostDepth).Select(FrameOf), weight);
            }
        }

        graph.Bound();
        return graph;
    }

    private static (string Name, FrameKind Kind) FrameOf(string text) =>
        text.EndsWith("_[k]", StringComparison.Ordinal) ? (text[..^4], FrameKind.Kernel) : (text, FrameKind.Unknown);

    private void Bound()
    {
        long[] weights = [.. Root.Weights().OrderDescending().Skip(MostFrames).Take(1)];
        Least = weights is [long first] ? first + 1 : 1;
    }
}
