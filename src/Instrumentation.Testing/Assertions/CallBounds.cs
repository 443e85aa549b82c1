namespace Instrumentation.Testing.Assertions;

/// <summary>How many calls an assertion asks for.</summary>
/// <param name="Least">The least.</param>
/// <param name="Most">The most.</param>
internal readonly record struct CallBounds(int Least, int Most)
{
    /// <summary>Whether a call that was not seen could change the answer.</summary>
    public bool HasUpperBound => Most != int.MaxValue;

    /// <summary>The bounds in words: <c>exactly 2 calls</c>.</summary>
    public string Text => (Least, Most) switch
    {
        (_, 0) => "no call",
        (_, int.MaxValue) => $"at least {Calls(Least)}",
        _ when Least == Most => $"exactly {Calls(Least)}",
        _ => $"at most {Calls(Most)}",
    };

    /// <summary>A number of calls in words.</summary>
    /// <param name="count">The number.</param>
    /// <returns>The words.</returns>
    public static string Calls(int count) => count == 1 ? "1 call" : $"{count} calls";
}
