using Instrumentation.Testing.Frameworks;

namespace Instrumentation.Testing;

/// <summary>A failed assertion where no test framework is found whose own exception could say so.</summary>
public sealed class CallAssertionException : Exception, IAssertionException
{
    /// <summary>Creates the failure.</summary>
    /// <param name="message">What was expected, and what was seen.</param>
    public CallAssertionException(string message)
        : base(message)
    {
    }
}
