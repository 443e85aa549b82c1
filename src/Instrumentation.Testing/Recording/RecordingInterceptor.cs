using System.Reflection;
using Instrumentation.Managed.Interception;
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
        try
        {
            Begin(call, watched, flow);
        }
        catch
        {
            group.Blame([.. watched.Recorders.ToArray().Where(recorder => recorder.Sees(flow))], call.Method);
            throw;
        }
    }

    /// <inheritdoc/>
    protected internal override void OnReturn(InterceptedCall call)
    {
        if (call.State is Recording recording)
        {
            // A recorder that began or ended inside of the call stays so for its caller.
            RecorderFlow? now = RecorderFlow.Current;
            RecorderFlow.Current = ReferenceEquals(now, recording.Flow) ? recording.FlowBefore : now is null ? null : now with { Call = recording.FlowBefore?.Call };
            Try(recording, call, static (recording, call) =>
            {
                recording.StandIn?.Return(call);
                Task? task = call.Result as Task ?? (call.Result is { } given && TaskTypes.IsTask(call.ResultType) ? ValueTaskParts.ObjectOf(given) as Task : null);
                foreach ((_, RecordedCall? recorded) in recording.Frame.Records)
                {
                    recorded?.Task = task;
                }
            });
        }
    }

    /// <inheritdoc/>
    protected internal override void OnEnd(InterceptedCall call)
    {
        if (call.State is Recording recording)
        {
            Try(recording, call, static (recording, call) =>
            {
                object? result = ObjectSnapshot.Of(call.Result);
                foreach ((_, RecordedCall? recorded) in recording.Frame.Records)
                {
                    recorded?.End(call, result);
                }
            });
        }
    }

    private static void Begin(InterceptedCall call, WatchedMethod watched, RecorderFlow? flow)
    {
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
            RecorderFlow inside = flow is null ? new RecorderFlow(null, frame) : flow with { Call = frame };
            RecorderFlow.Current = inside;
            call.State = new Recording(frame, inside, flow, standIn);
        }
    }

    private void Try(Recording recording, InterceptedCall call, Action<Recording, InterceptedCall> action)
    {
        try
        {
            action(recording, call);
        }
        catch
        {
            group.Blame([.. recording.Frame.Records.Select(static record => record.Recorder)], call.Method);
            throw;
        }
    }

    private sealed record Recording(CallFrame Frame, RecorderFlow Flow, RecorderFlow? FlowBefore, StandIn? StandIn);
}
