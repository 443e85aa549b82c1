using System.Reflection;
using Instrumentation.Testing.Snapshots;
using Instrumentation.Testing.StandIns;

namespace Instrumentation.Testing.Recording;

/// <summary>Hands the calls of watched methods to the recorders whose flow they belong to, and lets the stand-ins of those act.</summary>
/// <param name="group">The methods.</param>
internal sealed class RecordingInterceptor(WatchGroup group) : CallInterceptor
{
    private readonly Dictionary<MethodBase, WatchedMethod> _methods = group.Methods.ToDictionary(static watched => watched.Method);

    /// <inheritdoc/>
    protected internal override bool Wants() => RecorderFlow.Current is { Recorders: not null } || CallRecorder.OfProcess > 0;

    /// <inheritdoc/>
    protected internal override void OnEntry(InterceptedCall call)
    {
        if (!_methods.TryGetValue(call.Method, out WatchedMethod? watched))
        {
            return;
        }

        RecorderFlow? flow = RecorderFlow.Current;
        List<(CallRecorder Recorder, RecordedCall? Call)>? records = null;
        CallImage? image = null;
        StandIn? standIn = null;
        foreach (CallRecorder recorder in watched.Recorders)
        {
            if (recorder.Sees(flow))
            {
                standIn ??= recorder.StandInFor(image ??= new CallImage(call));
            }
        }

        // Decided before it is recorded: the record says so.
        standIn?.Begin(call);
        foreach (CallRecorder recorder in watched.Recorders)
        {
            if (flow is not { IsQuiet: true } && recorder.Sees(flow))
            {
                (records ??= []).Add((recorder, recorder.Log.Add(image ??= new CallImage(call), flow?.Call?.Of(recorder))));
            }
        }

        if (records is not null)
        {
            CallFrame frame = new(records, flow?.Call);
            RecorderFlow.Current = flow is null ? new RecorderFlow(null, frame) : flow with { Call = frame };
            call.State = new Recording(frame, flow, standIn);
        }
    }

    /// <inheritdoc/>
    protected internal override void OnReturn(InterceptedCall call)
    {
        if (call.State is Recording recording)
        {
            RecorderFlow.Current = recording.FlowBefore;
            recording.StandIn?.Return(call);
        }
    }

    /// <inheritdoc/>
    protected internal override void OnEnd(InterceptedCall call)
    {
        if (call.State is Recording recording)
        {
            object? result = ObjectSnapshot.Of(call.Result);
            foreach ((_, RecordedCall? recorded) in recording.Frame.Records)
            {
                recorded?.End(call, result);
            }
        }
    }

    private sealed record Recording(CallFrame Frame, RecorderFlow? FlowBefore, StandIn? StandIn);
}
