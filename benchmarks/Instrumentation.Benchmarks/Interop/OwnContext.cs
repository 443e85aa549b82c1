using Instrumentation.Events;
using Instrumentation.Spans;

namespace Instrumentation.Benchmarks.Interop;

/// <summary>What the current thread works for, as hooks of .NET methods would write it.</summary>
internal static unsafe class OwnContext
{
    /// <summary>Puts the current thread into a span of an activity.</summary>
    /// <param name="span">The span's number.</param>
    public static void Set(long span)
    {
        // SAFETY: a thread's context stays while it lives, and only the thread writes this part.
        ThreadContext* context = ThreadStates.Current()->Context;
        context->Flow = span;
        context->Activity = new ActivityIds { TraceHigh = 1, TraceLow = 2, Span = 3 };
    }

    /// <summary>Takes the current thread out of its span.</summary>
    public static void Clear()
    {
        // SAFETY: as above.
        ThreadContext* context = ThreadStates.Current()->Context;
        context->Flow = 0;
        context->Activity = default;
    }
}
