namespace Instrumentation.Managed.Profiler;

/// <summary>The runtime refused a call of the profiling or metadata API. Caught by the engine, which reports the method as blind with this cause.</summary>
internal sealed class ProfilerCallException : Exception
{
    private ProfilerCallException(string call, int result)
        : base($"{call} answered {HResults.Describe(result)}") => HResult = result;

    /// <summary>Throws when a result is a failure.</summary>
    /// <param name="result">The HRESULT.</param>
    /// <param name="call">The call that gave it.</param>
    /// <exception cref="ProfilerCallException">It is a failure.</exception>
    public static void Check(int result, string call)
    {
        if (result < 0)
        {
            throw new ProfilerCallException(call, result);
        }
    }
}
