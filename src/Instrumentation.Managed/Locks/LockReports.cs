using Instrumentation.Events;
using Instrumentation.Expressions;
using Instrumentation.Managed.Expressions;
using Instrumentation.Managed.Hooks;
using Instrumentation.Managed.Points;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Managed.Locks;

/// <summary>The probes on lock contention, each with the compiled hook that decides about a wait and reports it: the same hook that the end of a method with these arguments would have.</summary>
internal static unsafe class LockReports
{
    private static readonly Lock Gate = new();
    private static readonly int[] Sites = [.. Enum.GetValues<LockKind>().Select(static kind => ProbeSite.Register(NameOf(kind), "System.Private.CoreLib").Number)];
    private static LockReport[] _reports = [];

    /// <summary>Whether there are none.</summary>
    public static bool IsEmpty => Volatile.Read(ref _reports).Length == 0;

    /// <summary>Checks a spec, and compiles its hook.</summary>
    /// <param name="runtime">The probe.</param>
    /// <param name="spec">Its spec.</param>
    /// <returns>The hook.</returns>
    /// <exception cref="InstrumentationException">The spec wants what waits for locks do not have.</exception>
    public static nint Compile(ProbeRuntime runtime, ProbeSpec spec)
    {
        Check(spec);
        MethodShape shape = new(ProbedCode.Whole(LockContentionPoint.Carrier));
        BindingTarget target = shape.Target(ProbeEdge.Call, gettersAllowed: false) with { Place = LockContentionPoint.Name };
        HookRequest request = new()
        {
            Kind = HookKind.End,
            Edge = ProbeEdge.Call,
            Operands = [.. Enumerable.Range(0, target.Parameters.Count).Select(shape.Argument)],
            Task = shape.Task,
            ThisArguments = 0,
            KeepsStart = true,
            Condition = spec.Condition is null ? null : ExpressionBinder.Bind(spec.Condition, target),
            Capture = HookPlanner.Bind(spec.CaptureShape, target),
            Aggregation = spec.Aggregation?.Select(expression => ExpressionBinder.Bind(expression, target)),
            HasLimits = spec.Limits.AreDecidedByHooks,
            Version = runtime.Captures.NumberOf(spec.CaptureShape),
            MaximumStringLength = runtime.MaximumStringLength,
        };
        return request.Expressions.Reads(ContextValue.Caller)
            ? throw new ExpressionException("c.Caller", "a wait for a lock has no caller of its own.", "Read the span of the event, or leave it out.")
            : HookCompiler.Compile(request);
    }

    /// <summary>Checks what a spec wants besides its expressions.</summary>
    /// <param name="spec">The spec.</param>
    /// <exception cref="SpecException">It wants what waits for locks do not have.</exception>
    public static void Check(ProbeSpec spec)
    {
        if (spec.IsSpan)
        {
            throw new SpecException($"A span of {LockContentionPoint.Name}", "spans are calls of .NET methods; waits belong to them.", "Leave AsSpan() out, and read ProbeEvent.Span.");
        }

        if (spec.Edge != ProbeEdge.Call)
        {
            throw new SpecException($"The edge {spec.Edge} of {LockContentionPoint.Name}", "a wait is reported as a whole, when it ends.", "Leave it out.");
        }
    }

    /// <summary>A hook that only counts waits: as turned away or, where a condition is not asked, as hits alone.</summary>
    /// <param name="isConditional">Whether there is a condition.</param>
    /// <returns>The hook.</returns>
    public static nint Counting(bool isConditional) => isConditional
        ? (nint)(delegate*<int, int, long, object, long, bool, object?, long, int, int, void>)&CountHit
        : (nint)(delegate*<int, int, long, object, long, bool, object?, long, int, int, void>)&CountSuppressed;

    /// <summary>Adds a probe, or exchanges the hook of one that is there.</summary>
    /// <param name="runtime">The probe.</param>
    /// <param name="hook">Its hook.</param>
    public static void Set(ProbeRuntime runtime, nint hook)
    {
        lock (Gate)
        {
            Volatile.Write(ref _reports, [.. _reports.Where(report => report.Ticket != runtime.Ticket), new LockReport(runtime.Ticket, hook)]);
        }
    }

    /// <summary>Takes a probe away.</summary>
    /// <param name="runtime">The probe.</param>
    public static void Remove(ProbeRuntime runtime)
    {
        lock (Gate)
        {
            Volatile.Write(ref _reports, [.. _reports.Where(report => report.Ticket != runtime.Ticket)]);
        }
    }

    /// <summary>Reports a wait that ends now, on the current thread, to all probes.</summary>
    /// <param name="kind">The kind of lock.</param>
    /// <param name="known">The lock.</param>
    /// <param name="owner">The thread that had it when the wait began, and the span that it worked for.</param>
    /// <param name="start">When the wait began; nanoseconds.</param>
    /// <param name="taken">Whether the lock was got in the end.</param>
    /// <param name="exception">What ended the wait, or null.</param>
    public static void Send(LockKind kind, LockObject known, (int Thread, long Span) owner, long start, bool taken, object? exception)
    {
        foreach (LockReport report in Volatile.Read(ref _reports))
        {
            // SAFETY: the hook was compiled for all arguments of the carrier, an exception, a start, a ticket and a site, in this order.
            ((delegate*<int, int, long, object, long, bool, object?, long, int, int, void>)report.Hook)(
                (int)kind, owner.Thread, owner.Span, known.Type, known.Id, taken, exception, start, report.Ticket, Sites[(int)kind]);
        }
    }

    private static void CountHit(int kind, int owner, long ownerSpan, object type, long id, bool taken, object? exception, long start, int ticket, int site) => Count(ticket, 0);

    private static void CountSuppressed(int kind, int owner, long ownerSpan, object type, long id, bool taken, object? exception, long start, int ticket, int site) => Count(ticket, 1);

    private static void Count(int ticket, int suppressed)
    {
        // SAFETY: the state and the block belong to the current thread.
        ThreadState* state = LockHooks.IsOpen(ticket) ? ThreadStates.Enter() : null;
        if (state == null)
        {
            return;
        }

        ProbeBlock* block = ThreadStates.Block(state, ticket & (ProbeSlots.Capacity - 1));
        if (block != null)
        {
            block->Hits++;
            block->Suppressed += suppressed;
        }

        Volatile.Write(ref state->Guard, ThreadState.Outside);
    }

    private static string NameOf(LockKind kind) => kind switch
    {
        LockKind.Monitor => "System.Threading.Monitor",
        LockKind.Lock => "System.Threading.Lock",
        LockKind.Semaphore => "System.Threading.SemaphoreSlim",
        _ => "System.Threading.ReaderWriterLockSlim",
    };

    private sealed record LockReport(int Ticket, nint Hook);
}
