namespace Instrumentation;

/// <summary>A spec that cannot mean anything: a text that does not parse, or parts that do not go together.</summary>
public sealed class SpecException : InstrumentationException
{
    /// <summary>Creates the error.</summary>
    /// <param name="what">The part of the spec that is wrong.</param>
    /// <param name="why">Why.</param>
    /// <param name="mend">What to write instead.</param>
    public SpecException(string what, string why, string mend)
        : base($"{what} cannot be used", why, mend)
    {
    }
}
