using Instrumentation.Testing.StandIns;

namespace Instrumentation.Testing;

/// <summary>A stand-in that acts until it is disposed, or its recorder is.</summary>
public sealed class StandInHandle : IDisposable
{
    private readonly CallRecorder _recorder;
    private readonly StandIn _standIn;

    internal StandInHandle(CallRecorder recorder, StandIn standIn)
    {
        _recorder = recorder;
        _standIn = standIn;
    }

    /// <summary>The calls for which it has acted so far.</summary>
    public long Calls => _standIn.Calls;

    /// <summary>Ends it: the method does again what it did before.</summary>
    public void Dispose() => _recorder.Remove(_standIn);
}
