namespace Instrumentation;

/// <summary>
/// The base of every error that this library reports. The message says what failed, why, and the mend; the parts are properties, so
/// that a tool need not parse it. After one of these the process goes on untouched: nothing was attached.
/// </summary>
public abstract class InstrumentationException : Exception
{
    /// <summary>Creates the error from its parts.</summary>
    /// <param name="what">What failed, naming the input.</param>
    /// <param name="why">Why it failed.</param>
    /// <param name="mend">What to change.</param>
    /// <param name="inner">The failure underneath, when there is one.</param>
    protected InstrumentationException(string what, string why, string mend, Exception? inner = null)
        : base($"{what}: {why} {mend}".TrimEnd(), inner)
    {
        What = what;
        Why = why;
        Mend = mend;
    }

    /// <summary>What failed, naming the input.</summary>
    public string What { get; }

    /// <summary>Why it failed.</summary>
    public string Why { get; }

    /// <summary>What to change so that it works.</summary>
    public string Mend { get; }
}
