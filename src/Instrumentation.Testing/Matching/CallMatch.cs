namespace Instrumentation.Testing.Matching;

/// <summary>A call of the method that an assertion is about.</summary>
/// <param name="Call">The call.</param>
/// <param name="Parts">What was compared: names and verdicts.</param>
internal sealed record CallMatch(RecordedCall Call, IReadOnlyList<(string Name, Verdict Verdict)> Parts)
{
    /// <summary>Whether it is one of those that are meant.</summary>
    public Answer Answer => Parts.Any(static part => part.Verdict.Answer == Answer.No) ? Answer.No
        : Parts.Any(static part => part.Verdict.Answer == Answer.Unknown) ? Answer.Unknown
        : Answer.Yes;

    /// <summary>How far it is from what is meant.</summary>
    public double Distance => Parts.Where(static part => part.Verdict.Answer != Answer.Yes).Sum(static part => 1 + part.Verdict.Distance);

    /// <summary>What is not as expected, one sentence each.</summary>
    public IEnumerable<string> Reasons => Parts.Where(static part => part.Verdict.Answer != Answer.Yes).Select(static part => $"{part.Name} {part.Verdict.Why}".TrimStart());
}
