namespace Instrumentation.Testing.Recording;

/// <summary>A call that recorders have recorded, and in which a flow is.</summary>
/// <param name="Records">The record of each recorder that sees it; null where it was not kept.</param>
/// <param name="Outer">The call around, or null.</param>
internal sealed record CallFrame(IReadOnlyList<(CallRecorder Recorder, RecordedCall? Call)> Records, CallFrame? Outer)
{
    /// <summary>The innermost call of a recorder.</summary>
    /// <param name="recorder">The recorder.</param>
    /// <returns>The call, or null.</returns>
    public RecordedCall? Of(CallRecorder recorder)
    {
        for (CallFrame? frame = this; frame is not null; frame = frame.Outer)
        {
            foreach ((CallRecorder other, RecordedCall? call) in frame.Records)
            {
                if (other == recorder && call is not null)
                {
                    return call;
                }
            }
        }

        return null;
    }
}
