namespace PackageCheck;

/// <summary>What was looked at, and what of it is wrong.</summary>
internal sealed class Findings
{
    /// <summary>What is wrong, a sentence each.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>How many things were looked at.</summary>
    public int Looks { get; private set; }

    /// <summary>Looks at one thing.</summary>
    /// <param name="right">Whether it is right.</param>
    /// <param name="problem">What is said when it is not.</param>
    public void Look(bool right, string problem)
    {
        Looks++;
        if (!right)
        {
            Problems.Add(problem);
        }
    }

    /// <summary>Looks whether two sets hold the same, and says what is missing and what is too much.</summary>
    /// <param name="expected">What there should be.</param>
    /// <param name="actual">What there is.</param>
    /// <param name="of">What they are, for the message.</param>
    public void LookSame(IEnumerable<string> expected, IEnumerable<string> actual, string of)
    {
        string[] missing = [.. expected.Except(actual).Order(StringComparer.Ordinal)];
        string[] surplus = [.. actual.Except(expected).Order(StringComparer.Ordinal)];
        Look(missing.Length == 0, $"{of}: missing {string.Join(", ", missing)}");
        Look(surplus.Length == 0, $"{of}: not expected {string.Join(", ", surplus)}");
    }
}
