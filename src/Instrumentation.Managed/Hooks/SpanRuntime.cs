using System.Runtime.CompilerServices;
using Instrumentation.Events;
using Instrumentation.Spans;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Managed.Hooks;

/// <summary>
/// What compiled hooks call to open and close spans. Nothing here throws. Synchronous spans allocate nothing; asynchronous ones allocate what flows with their execution context.
/// </summary>
internal static unsafe class SpanRuntime
{
    [ThreadStatic]
    private static FlowSpan?[]? _opening;

    [ThreadStatic]
    private static int _openingCount;

    /// <summary>The asynchronous span whose first run has just ended, or whose end is being reported, on this thread.</summary>
    [ThreadStatic]
    private static FlowSpan? _left;

    /// <summary>The span that the thread is working for.</summary>
    /// <param name="state">The current thread's state.</param>
    /// <returns>The span's number; 0 for none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Innermost(ThreadState* state) => ThreadContext.Innermost(state->Context);

    /// <summary>Opens the span of a call that ends where its frame does.</summary>
    /// <param name="state">The current thread's state.</param>
    /// <param name="site">The method's site.</param>
    /// <returns>What the end hook takes as the call's start: the frame; 0 when there is no memory.</returns>
    public static long Begin(ThreadState* state, int site)
    {
        // SAFETY: the state and what it points to belong to the current thread.
        ThreadStates.Identify(state);
        SpanFrame* frame = state->Frames.Push();
        if (frame == null)
        {
            return 0;
        }

        ThreadContext* context = state->Context;
        long flow = context->Flow;
        frame->Id = NextId(state, site);
        frame->Sync = context->Sync;
        frame->SyncFlow = context->SyncFlow;
        frame->Parent = ThreadContext.Innermost(context);
        frame->IsFlow = 0;
        frame->Epoch = ThreadContexts.Epoch;
        if (frame->Epoch != 0)
        {
            frame->Totals = context->Totals;
        }

        if (frame->SyncFlow != flow)
        {
            // A program that interrupts the thread here must not take the hidden span for one of this flow.
            Volatile.Write(ref context->Sync, 0);
            Volatile.Write(ref context->SyncFlow, flow);
        }

        Volatile.Write(ref context->Sync, frame->Id);
        frame->Start = HookClock.Now;
        return (long)frame;
    }

    /// <summary>Opens the span of a call that gives a task: what the call starts from now on works for it.</summary>
    /// <param name="state">The current thread's state.</param>
    /// <param name="site">The method's site.</param>
    /// <returns>What the end hook takes as the call's start: the frame; 0 when there is no memory.</returns>
    public static long BeginFlow(ThreadState* state, int site)
    {
        try
        {
            long id = NextId(state, site);
            FlowContext? around = SpanFlow.Current;
            FlowSpan span = new(id, Innermost(state), HookClock.Now, around)
            {
                Activity = around is null ? SpanFlow.IdsOf(System.Diagnostics.Activity.Current) : around.Activity,
            };
            if (span.Before is null)
            {
                // The program has suppressed the flow: the span is seen where its frame is, as a synchronous one.
                return Begin(state, site);
            }

            SpanFrame* frame = state->Frames.Push();
            if (frame == null)
            {
                return 0;
            }

            // SAFETY: the frame belongs to the current thread.
            frame->IsFlow = Remember(span);
            SpanFlow.Current = span;
            span.Inside = ExecutionContext.Capture();
            return (long)frame;
        }
        catch (OutOfMemoryException)
        {
            // The call goes on without a span.
            return 0;
        }
    }

    /// <summary>Closes the frame of a span.</summary>
    /// <param name="state">The current thread's state.</param>
    /// <param name="start">What the start hook gave; not 0.</param>
    /// <param name="end">Receives what the record needs.</param>
    public static void Leave(ThreadState* state, long start, SpanEnd* end)
    {
        // SAFETY: the start hook of this call made the frame, on this thread; frames of calls inside of it are closed.
        SpanFrame* frame = (SpanFrame*)start;
        state->Frames.Pop(frame);
        if (frame->IsFlow != 0)
        {
            FlowSpan span = Recall(frame->IsFlow);
            try
            {
                LeaveFlow(span);
            }
            catch (OutOfMemoryException)
            {
                // The caller goes on in the flow of the call; the next change of its execution context ends that.
            }

            span.EndFirstRun();
            _left = span;
            Describe(span, end);
            return;
        }

        ThreadContext* context = state->Context;
        Volatile.Write(ref context->Sync, 0);
        Volatile.Write(ref context->SyncFlow, frame->SyncFlow);
        Volatile.Write(ref context->Sync, frame->Sync);
        end->Id = frame->Id;
        end->Start = frame->Start;
        end->Parent = frame->Parent;
        end->Activity = context->Activity;
        end->Parts = end->Activity.Span != 0 ? ExtensionParts.Activity : ExtensionParts.None;
        if (frame->Epoch != 0 && frame->Epoch == ThreadContexts.Epoch)
        {
            end->Totals = context->Totals - frame->Totals;
            end->Parts |= ExtensionParts.Totals;
        }
    }

    /// <summary>Ends an asynchronous span whose call has not ended with its frame.</summary>
    /// <param name="state">The current thread's state.</param>
    /// <param name="end">Receives what the record needs.</param>
    public static void Resume(ThreadState* state, SpanEnd* end)
    {
        if (_left is { } span)
        {
            // What the thread has done for the span since it came to it is not in the span's totals yet.
            if (state->Context->Flow == span.Id)
            {
                SpanFlow.Fold(state, span);
            }

            Describe(span, end);
        }
    }

    /// <summary>Tells an asynchronous span that its call has ended.</summary>
    public static void End()
    {
        _left?.End();
        _left = null;
    }

    /// <summary>Closes the frame of a span whose probe was detached.</summary>
    /// <param name="start">What the start hook gave.</param>
    public static void Abandon(long start)
    {
        ThreadState* state = ThreadStates.Current();
        if (start != 0 && state != null)
        {
            SpanEnd end = default;
            Leave(state, start, &end);
            _left = null;
        }
    }

    /// <summary>Gives the span that goes on to the call that will end it.</summary>
    /// <returns>The span, or null.</returns>
    internal static FlowSpan? TakeLeft()
    {
        FlowSpan? span = _left;
        _left = null;
        return span;
    }

    /// <summary>Makes a span the one whose end is being reported.</summary>
    /// <param name="span">The span, or null.</param>
    /// <returns>The one that was.</returns>
    internal static FlowSpan? SetLeft(FlowSpan? span)
    {
        FlowSpan? before = _left;
        _left = span;
        return before;
    }

    private static long NextId(ThreadState* state, int site)
    {
        if (state->NextSpan == state->SpansEnd)
        {
            SpanId.Take(out state->NextSpan, out state->SpansEnd);
        }

        return SpanId.Prefix(site) | state->NextSpan++;
    }

    private static void Describe(FlowSpan span, SpanEnd* end)
    {
        end->Id = span.Id;
        end->Start = span.Start;
        end->Parent = span.Parent;
        end->Activity = span.Activity;
        end->Parts = end->Activity.Span != 0 ? ExtensionParts.Activity : ExtensionParts.None;
        if (ThreadContexts.Epoch != 0)
        {
            end->Totals = span.Totals;
            end->Parts |= ExtensionParts.Totals;
        }
    }

    // What the call has changed in its execution context besides stays, as it does without a probe.
    private static void LeaveFlow(FlowSpan span)
    {
        if (ReferenceEquals(ExecutionContext.Capture(), span.Inside) && span.Before is { } before)
        {
            ExecutionContext.Restore(before);
        }
        else if (SpanFlow.Current?.Span == span)
        {
            SpanFlow.Current = FlowContext.Of(span.Previous?.Span, SpanFlow.Current.Activity);
        }
    }

    private static int Remember(FlowSpan span)
    {
        FlowSpan?[] opening = _opening ??= new FlowSpan?[8];
        if (_openingCount == opening.Length)
        {
            Array.Resize(ref _opening, opening.Length * 2);
        }

        _opening[_openingCount++] = span;
        return _openingCount;
    }

    private static FlowSpan Recall(int place)
    {
        FlowSpan?[] opening = _opening!;
        FlowSpan span = opening[place - 1]!;
        Array.Clear(opening, place - 1, _openingCount - place + 1);
        _openingCount = place - 1;
        return span;
    }
}
