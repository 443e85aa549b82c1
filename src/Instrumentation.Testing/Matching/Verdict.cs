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

/// <summary>Whether something is as expected, and why not. The reason is put into words when it is asked for: most calls are compared only to be passed over.</summary>
internal readonly struct Verdict
{
    private readonly Func<string>? _why;

    private Verdict(Answer answer, Func<string>? why, double distance)
    {
        Answer = answer;
        _why = why;
        Distance = distance;
    }

    /// <summary>It is as expected.</summary>
    public static Verdict Yes { get; } = new(Answer.Yes, null, 0);

    /// <summary>Whether it is.</summary>
    public Answer Answer { get; }

    /// <summary>Why it is not, or why that cannot be told: what follows the name of the thing in a sentence.</summary>
    public string Why => _why?.Invoke() ?? string.Empty;

    /// <summary>How far it is from what was expected: from 0, nearly the same, to 1.</summary>
    public double Distance { get; }

    /// <summary>It is not as expected.</summary>
    /// <param name="why">Why.</param>
    /// <param name="distance">How far it is from that.</param>
    /// <returns>The verdict.</returns>
    public static Verdict No(Func<string> why, double distance = 1) => new(Answer.No, why, distance);

    /// <summary>It cannot be told.</summary>
    /// <param name="why">Why.</param>
    /// <returns>The verdict.</returns>
    public static Verdict Unknown(string why) => new(Answer.Unknown, () => why, 1);

    /// <summary>The verdict with another reason.</summary>
    /// <param name="change">Gives it, from the one that there is.</param>
    /// <returns>The verdict.</returns>
    public Verdict Saying(Func<string, string> change)
    {
        Func<string>? why = _why;
        return new Verdict(Answer, () => change(why?.Invoke() ?? string.Empty), Distance);
    }
}
