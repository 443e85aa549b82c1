namespace Instrumentation;

/// <summary>A backend that was added to the session threw what it should not, or gave what cannot be: a mistake in the backend. The session and its other probes go on.</summary>
public sealed class BackendFailedException : InstrumentationException
{
    /// <summary>Creates the error.</summary>
    /// <param name="backend">The backend's name.</param>
    /// <param name="member">What it was asked, for example <c>AttachAsync</c>.</param>
    /// <param name="why">What it did.</param>
    /// <param name="inner">What it threw, when it did.</param>
    public BackendFailedException(string backend, string member, string why, Exception? inner = null)
        : base($"{member} of the backend '{backend}'", why, "Mend the backend, or start the session without it.", inner) => Backend = backend;

    /// <summary>The backend's name.</summary>
    public string Backend { get; }
}
