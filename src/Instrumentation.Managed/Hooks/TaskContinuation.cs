using System.Reflection;
using System.Runtime.CompilerServices;

namespace Instrumentation.Managed.Hooks;

/// <summary>
/// Adds a continuation to a task in front of all others. An awaiter's continuation would come too late in one case: when the task ends while it is being
/// added, it is queued to the thread pool, and what the call's arguments refer to may be used for something else by then. The runtime's own method,
/// which awaiters call as well, tells instead.
/// </summary>
internal static class TaskContinuation
{
    private static readonly bool Tells = typeof(Task).GetMethod(
        "AddTaskContinuation",
        BindingFlags.Instance | BindingFlags.NonPublic,
        [typeof(object), typeof(bool)])?.ReturnType == typeof(bool);

    /// <summary>Adds a continuation that runs where the task completes, without a context.</summary>
    /// <param name="task">The task.</param>
    /// <param name="continuation">The continuation.</param>
    /// <returns>False when the task has ended already: the continuation will not run.</returns>
    public static bool TryAdd(Task task, Action continuation)
    {
        if (Tells)
        {
            return Add(task, continuation, addBeforeOthers: true);
        }

        task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(continuation);
        return true;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "AddTaskContinuation")]
    private static extern bool Add(Task task, object continuation, bool addBeforeOthers);
}
