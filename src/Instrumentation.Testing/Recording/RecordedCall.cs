using System.Diagnostics;
using System.Reflection;
using Instrumentation.Managed.Points;
using Instrumentation.Testing.CallSites;
using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing;

/// <summary>A call that a recorder has seen. An asynchronous call is one, from its beginning to the end of its task.</summary>
public sealed class RecordedCall
{
    private volatile bool _hasEnded;
    private CallSite? _caller;

    internal RecordedCall(CallImage image, RecordedCall? parent, long order)
    {
        InterceptedCall call = image.Call;
        Method = call.Method;
        Parent = parent;
        Order = order;
        ThreadId = call.ThreadId;
        Started = call.Started;
        Instance = call.Instance;
        Arguments = image.Arguments;
        Originals = call.Arguments;
        ResultType = call.ResultType;
        IsReplaced = call.IsReplaced;
        Trace = image.Trace;
    }

    /// <summary>The method or constructor; of a generic one the definition.</summary>
    public MethodBase Method { get; }

    /// <summary>The method's name as messages have it: <c>Shop.Cache::Put</c>.</summary>
    public string Name => MethodName.Of(Method);

    /// <summary>The place among all calls of the recorder, from 1, in the order in which they began.</summary>
    public long Order { get; }

    /// <summary>The instance, which is the program's own object and may have changed since; null for static methods.</summary>
    public object? Instance { get; }

    /// <summary>The arguments as they were when the call began: copies of what the program may change (see <c>docs/testing.md</c> for what is copied, and what is kept as it is).</summary>
    public IReadOnlyList<object?> Arguments { get; }

    /// <summary>The result as it was when the call ended, a copy like the arguments; null for none.</summary>
    public object? Result { get; private set; }

    /// <summary>The exception that has left the call, or that its task has failed with; null for none.</summary>
    public Exception? Exception { get; private set; }

    /// <summary>Whether the call has ended.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>When it began: nanoseconds of CLOCK_MONOTONIC, as in events.</summary>
    public long Started { get; }

    /// <summary>How long it took; null while it lasts.</summary>
    public TimeSpan? Duration { get; private set; }

    /// <summary>The managed id of the thread that called.</summary>
    public int ThreadId { get; }

    /// <summary>The innermost recorded call that this one happened in, also across awaits, tasks and threads; null for none.</summary>
    public RecordedCall? Parent { get; }

    /// <summary>
    /// Where the call was made: the nearest caller whose source is known, so that a call from the framework's code (LINQ, <c>Parallel</c>) shows who asked for it. Read from the symbols when
    /// it is first asked for; null when no managed code called.
    /// </summary>
    public CallSite? Caller => _caller ??= CallSiteFinder.CallerOf(Trace, Method);

    /// <summary>Whether a stand-in acted in place of the method.</summary>
    public bool IsReplaced { get; private set; }

    /// <summary>The arguments themselves, for comparisons by reference.</summary>
    internal IReadOnlyList<object?> Originals { get; }

    /// <summary>What the call returns: exact where the declared type depends on type arguments.</summary>
    internal Type ResultType { get; }

    /// <summary>The frames that led to the call, without source information.</summary>
    internal StackTrace Trace { get; }

    /// <summary>The task that ends the call, once the method has given it.</summary>
    internal Task? Task { get; set; }

    /// <summary>
    /// A task counts as completed before what waits for it is told: whoever awaits it just then goes on, while another thread is still about to record the end. It is that close, unless the probe is
    /// gone, so the wait is bounded, and made once.
    /// </summary>
    /// <param name="deadline">Until when; milliseconds of <see cref="Environment.TickCount64"/>.</param>
    internal void AwaitEnd(long deadline)
    {
        if (!_hasEnded && Task is { IsCompleted: true })
        {
            SpinWait spin = default;
            while (!_hasEnded && Environment.TickCount64 < deadline)
            {
                spin.SpinOnce();
            }

            Task = null;
        }
    }

    internal void End(InterceptedCall call, object? result)
    {
        Result = result;
        Exception = call.Exception;
        IsReplaced = call.IsReplaced;
        Duration = TimeSpan.FromMicroseconds((call.Ended - call.Started) / 1000.0);
        _hasEnded = true;
    }
}
