namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>What a region of a body is.</summary>
internal enum RegionKind
{
    /// <summary>A protected block.</summary>
    Try,

    /// <summary>The handler of a catch or filter clause.</summary>
    Catch,

    /// <summary>The block that decides whether its clause catches.</summary>
    Filter,

    /// <summary>A finally or fault block.</summary>
    Finally,
}

/// <summary>A region of a body, in indexes of instructions.</summary>
/// <param name="kind">What it is.</param>
/// <param name="clause">The number of its exception clause.</param>
/// <param name="start">The first instruction.</param>
/// <param name="end">The first instruction behind it.</param>
internal sealed class Region(RegionKind kind, int clause, int start, int end)
{
    /// <summary>What it is.</summary>
    public RegionKind Kind => kind;

    /// <summary>The number of its exception clause.</summary>
    public int Clause => clause;

    /// <summary>The first instruction.</summary>
    public int Start => start;

    /// <summary>The first instruction behind it.</summary>
    public int End => end;

    /// <summary>The next larger region around it, or null.</summary>
    public Region? Parent { get; set; }

    /// <summary>Whether an instruction lies in it.</summary>
    /// <param name="index">The instruction.</param>
    /// <returns>True when it does.</returns>
    public bool Contains(int index) => index >= start && index < end;

    /// <summary>Whether it has the boundaries of another region.</summary>
    /// <param name="other">The other region.</param>
    /// <returns>True when it has.</returns>
    public bool Covers(Region other) => start == other.Start && end == other.End;
}
