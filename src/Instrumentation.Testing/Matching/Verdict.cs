namespace Instrumentation.Testing.Matching;

/// <summary>Whether something is as expected.</summary>
internal enum Answer
{
    /// <summary>It is.</summary>
    Yes,

    /// <summary>It is not.</summary>
    No,

    /// <summary>It cannot be told: a predicate threw, a call has not ended.</summary>
    Unknown,
}

/// <summary>Whether something is as expected, and why not.</summary>
/// <param name="Answer">Whether it is.</param>
/// <param name="Why">Why it is not, or why that cannot be told: what follows the name of the thing in a sentence.</param>
/// <param name="Distance">How far it is from what was expected: from 0, nearly the same, to 1.</param>
internal readonly record struct Verdict(Answer Answer, string Why, double Distance = 1)
{
    /// <summary>It is as expected.</summary>
    public static Verdict Yes { get; } = new(Answer.Yes, string.Empty, 0);

    /// <summary>It is not as expected.</summary>
    /// <param name="why">Why.</param>
    /// <param name="distance">How far it is from that.</param>
    /// <returns>The verdict.</returns>
    public static Verdict No(string why, double distance = 1) => new(Answer.No, why, distance);

    /// <summary>It cannot be told.</summary>
    /// <param name="why">Why.</param>
    /// <returns>The verdict.</returns>
    public static Verdict Unknown(string why) => new(Answer.Unknown, why);
}
