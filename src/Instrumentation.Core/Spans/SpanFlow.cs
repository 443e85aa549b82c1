using System.Diagnostics;
using System.Runtime.InteropServices;
using Instrumentation.Events;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Spans;

/// <summary>
/// Carries spans and activities with the execution context, as the runtime carries cultures and activities: to continuations, tasks, timers and threads, and away from a thread of the pool when its work is done.
/// Each thread that a flow comes to is told so, which writes the thread's <see cref="ThreadContext"/>.
/// </summary>
internal static unsafe class SpanFlow
{
    private static readonly AsyncLocal<FlowContext?> Local = new(OnChanged);
    private static readonly Lock Gate = new();
    private static int _users;

    /// <summary>What the current flow carries.</summary>
    public static FlowContext? Current
    {
        get => Local.Value;
        set => Local.Value = value;
    }

    /// <summary>Follows activities from now on, until as many calls of <see cref="Release"/>.</summary>
    public static void Acquire()
    {
        lock (Gate)
        {
            if (_users++ == 0)
            {
                Activity.CurrentChanged += OnActivityChanged;
            }
        }
    }

    /// <summary>Ends an <see cref="Acquire"/>.</summary>
    public static void Release()
    {
        lock (Gate)
        {
            if (--_users == 0)
            {
                Activity.CurrentChanged -= OnActivityChanged;
            }
        }
    }

    /// <summary>The ids of an activity.</summary>
    /// <param name="activity">The activity, or null.</param>
    /// <returns>The ids; all zero when it has none of the W3C form.</returns>
    public static ActivityIds IdsOf(Activity? activity)
    {
        ActivityIds ids = default;
        if (activity is { IdFormat: ActivityIdFormat.W3C })
        {
            Span<byte> bytes = MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref ids, 1));
            activity.TraceId.CopyTo(bytes[..16]);
            activity.SpanId.CopyTo(bytes[16..]);
        }

        return ids;
    }

    /// <summary>Adds what the kernel did on the current thread since it came to its flow to the flow's span, and counts anew from here.</summary>
    /// <param name="state">The current thread's state.</param>
    /// <param name="flow">What the thread worked for until now.</param>
    public static void Fold(ThreadState* state, FlowContext? flow)
    {
        // SAFETY: a state and its context are never freed, and only the current thread uses them here.
        int epoch = ThreadContexts.Epoch;
        if (epoch == 0)
        {
            return;
        }

        SpanTotals now = state->Context->Totals;
        if (state->SliceEpoch == epoch && flow?.Span is { } span)
        {
            span.Add(now - state->SliceStart);
        }

        state->SliceStart = now;
        state->SliceEpoch = epoch;
    }

    private static void OnChanged(AsyncLocalValueChangedArgs<FlowContext?> change)
    {
        ThreadState* state = ThreadStates.Current();
        if (state == null)
        {
            return;
        }

        // SAFETY: as in Fold.
        ThreadStates.Identify(state);
        Fold(state, change.PreviousValue);
        FlowContext? flow = change.CurrentValue;
        state->Context->Activity = flow is null ? default : flow.Activity;
        state->Context->Flow = flow?.Span is { } span ? span.Id : 0;
    }

    private static void OnActivityChanged(object? sender, ActivityChangedEventArgs change)
    {
        FlowContext? flow = Local.Value;
        ActivityIds ids = IdsOf(change.Current);
        if (flow is null ? ids.Span != 0 : flow.Activity.Span != ids.Span)
        {
            Local.Value = FlowContext.Of(flow?.Span, ids);
        }
    }
}
