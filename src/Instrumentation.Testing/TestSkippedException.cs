namespace Instrumentation.Testing;

/// <summary>A test that cannot run here, where no test framework is found whose own exception could say so.</summary>
public sealed class TestSkippedException : Exception
{
    /// <summary>Creates it.</summary>
    /// <param name="message">Why the test cannot run.</param>
    public TestSkippedException(string message)
        : base(message)
    {
    }
}
