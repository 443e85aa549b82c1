namespace Instrumentation.Spans;

/// <summary>What a flow of execution carries from thread to thread: the asynchronous span that it works for, and the activity.</summary>
internal class FlowContext
{
    /// <summary>The span; null for a flow that has an activity only.</summary>
    public FlowSpan? Span { get; protected init; }

    /// <summary>The activity; all zero for none.</summary>
    public ActivityIds Activity { get; init; }

    /// <summary>The same span with another activity.</summary>
    /// <param name="span">The span, or null.</param>
    /// <param name="activity">The activity.</param>
    /// <returns>The context; null when there is neither.</returns>
    public static FlowContext? Of(FlowSpan? span, ActivityIds activity) => span is null && activity.Span == 0 ? null : new FlowContext { Span = span, Activity = activity };
}
