using System.Runtime.CompilerServices;
using Instrumentation.Events;
using Instrumentation.Managed.Points;
using Instrumentation.Managed.Profiler;

namespace Instrumentation.Managed.Hooks;

/// <summary>What compiled hooks call. Nothing here throws; what is not marked as costly allocates nothing.</summary>
internal static unsafe class HookRuntime
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<System.Reflection.MethodBase, string> Names = [];

    private static delegate* unmanaged[SuppressGCTransition]<nint, nint> _callerWalk;

    /// <summary>Makes <see cref="Caller"/> work; called once when the profiler is attached.</summary>
    /// <param name="profiler">The profiler.</param>
    public static void Use(RuntimeProfiler profiler)
    {
        _callerWalk = profiler.Native.CallerWalk;

        // Hooks are compiled with the clock's address in them if it is known by then.
        _ = HookClock.Now;
    }

    /// <summary>The address in the caller of the probed method at which it was called.</summary>
    /// <param name="marker">The address of a local of the hook itself.</param>
    /// <returns>The address, or 0.</returns>
    public static ulong Caller(nint marker) => _callerWalk == null ? 0 : (ulong)_callerWalk(marker);

    /// <summary>The method in which an exception was first thrown. Costly: reads the exception's stack trace.</summary>
    /// <param name="exception">The exception, or null.</param>
    /// <returns>The method's name; null when it is not known.</returns>
    public static string? ThrownBy(object? exception)
    {
        try
        {
            return (exception as Exception)?.TargetSite is { } method ? Names.GetOrAdd(method, MethodName.Of) : null;
        }
        catch (Exception)
        {
            // The trace of a foreign exception type may refuse: the name is then not known, which the event shows.
            return null;
        }
    }

    /// <summary>The name of a site.</summary>
    /// <param name="site">Its number.</param>
    /// <returns>The name; null when there is no such site.</returns>
    public static string? PlaceOf(int site) => ProbeSite.Find(site)?.Name;

    /// <summary>The exception of a task that failed, without marking it as observed.</summary>
    /// <param name="task">The task, or null.</param>
    /// <returns>The exception; null unless the task failed.</returns>
    public static object? FailureOf(object? task) => task is Task { IsFaulted: true } failed ? TaskFailure.Of(failed) : null;

    /// <summary>Whether a task was cancelled.</summary>
    /// <param name="task">The task, or null.</param>
    /// <returns>True when it was.</returns>
    public static bool IsCancelled(object? task) => task is Task { IsCanceled: true };

    /// <summary>Whether a task has not ended yet.</summary>
    /// <param name="task">The task, or null.</param>
    /// <returns>True when the call goes on.</returns>
    public static bool IsPending(object? task) => task is Task { IsCompleted: false };

    /// <summary>The object behind a value task: null, a task, or a source that only its awaiter may ask.</summary>
    /// <param name="valueTask">The value task.</param>
    /// <returns>The object.</returns>
    public static object? ObjectOf(ref byte valueTask) => Unsafe.As<byte, object?>(ref valueTask);

    /// <summary>The result of a task.</summary>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <param name="task">The task.</param>
    /// <param name="fault">Set when the task has no such result.</param>
    /// <returns>The result.</returns>
    public static T? TaskResult<T>(object? task, ref int fault)
    {
        if (task is Task<T> { IsCompletedSuccessfully: true } done)
        {
            return done.Result;
        }

        fault = 1;
        return default;
    }

    /// <summary>The result of a value task.</summary>
    /// <typeparam name="T">The result's type; the caller has made sure that the value task has it.</typeparam>
    /// <param name="valueTask">The value task.</param>
    /// <param name="fault">Set when it has no result, or only its awaiter may take it.</param>
    /// <returns>The result.</returns>
    public static T? ValueTaskResult<T>(ref byte valueTask, ref int fault)
    {
        // SAFETY: the caller passes the address of a ValueTask<T>.
        ref ValueTask<T> typed = ref Unsafe.As<byte, ValueTask<T>>(ref valueTask);
        object? behind = ObjectOf(ref valueTask);
        if ((behind is null || behind is Task) && typed.IsCompletedSuccessfully)
        {
            return typed.Result;
        }

        fault = 1;
        return default;
    }

    /// <summary>The reference in a value whose type depends on the instantiation.</summary>
    /// <param name="address">Where the value is.</param>
    /// <param name="type">The value's <see cref="Type"/>.</param>
    /// <param name="fault">Set when the type is no reference type.</param>
    /// <returns>The reference.</returns>
    public static object? GenericReference(ref byte address, object type, ref int fault)
    {
        if (!((Type)type).IsValueType)
        {
            return Unsafe.As<byte, object?>(ref address);
        }

        fault = 1;
        return null;
    }
}
