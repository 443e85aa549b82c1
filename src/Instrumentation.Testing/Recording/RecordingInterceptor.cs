using System.Diagnostics;
using System.Reflection;
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
        StackTrace? trace = null;
        StandIn? standIn = null;
        foreach (CallRecorder recorder in watched.Recorders)
        {
            if (recorder.Sees(flow))
            {
                standIn ??= recorder.StandInFor(call);
            }
        }

        // Decided before it is recorded: the record says so.
        standIn?.Begin(call);
        foreach (CallRecorder recorder in watched.Recorders)
        {
            if (recorder.Sees(flow))
            {
                trace ??= new StackTrace(fNeedFileInfo: false);
                (records ??= []).Add((recorder, recorder.Log.Add(call, flow?.Call, trace)));
            }
        }

        if (records is null)
        {
            return;
        }

        RecordedCall? innermost = records[0].Call;
        bool changesFlow = innermost is not null && flow is not null;
        if (changesFlow)
        {
            RecorderFlow.Current = flow! with { Call = innermost };
        }

        call.State = new Recording(records, changesFlow ? flow : null, standIn);
    }

    /// <inheritdoc/>
    protected internal override void OnReturn(InterceptedCall call)
    {
        if (call.State is Recording recording)
        {
            if (recording.FlowBefore is { } before)
            {
                RecorderFlow.Current = before;
            }

            recording.StandIn?.Return(call);
        }
    }

    /// <inheritdoc/>
    protected internal override void OnEnd(InterceptedCall call)
    {
        if (call.State is Recording recording)
        {
            foreach ((_, RecordedCall? recorded) in recording.Records)
            {
                recorded?.End(call);
            }
        }
    }

    private sealed record Recording(List<(CallRecorder Recorder, RecordedCall? Call)> Records, RecorderFlow? FlowBefore, StandIn? StandIn);
}
