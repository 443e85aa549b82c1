namespace Instrumentation;

/// <summary>A place that a probe names but does not, or does not fully, observe.</summary>
/// <param name="Place">The place in words, for example a method's full name.</param>
/// <param name="Reason">Why it is not observed.</param>
/// <param name="Mend">What would make it observable; empty when nothing would.</param>
/// <param name="Blind">True when nothing of the place is seen; false when a part of it is (an old frame that is still running, for example).</param>
public sealed record CoverageGap(string Place, string Reason, string Mend, bool Blind = true);

/// <summary>What a probe reaches, what it does not, and why.</summary>
/// <param name="Reached">The places that are observed.</param>
/// <param name="Gaps">The places that are not, or not fully, with reasons.</param>
public sealed record ProbeCoverage(IReadOnlyList<string> Reached, IReadOnlyList<CoverageGap> Gaps)
{
    /// <summary>The state that follows: armed without gaps, partial with some, blind when nothing is reached.</summary>
    public ProbeState State => Reached.Count == 0 ? ProbeState.Blind : Gaps.Count == 0 ? ProbeState.Armed : ProbeState.Partial;

    /// <summary>What a call is at places where that is not plain, for example <c>Shop.Orders::Lines(): each enumeration is one call</c>.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() =>
        $"{State}: {Reached.Count} reached" + string.Concat(Notes.Select(note => $"{Environment.NewLine}  {note}")) + string.Concat(Gaps.Select(gap => $"{Environment.NewLine}  not {gap.Place}: {gap.Reason}"));
}
