using System.Collections.Concurrent;
using System.Reflection;
using Instrumentation.Testing.Matching;

namespace Instrumentation.Testing.StandIns;

/// <summary>Lets calls take longer: a synchronous one begins later, of an asynchronous one the task ends later.</summary>
/// <param name="calls">Which calls.</param>
/// <param name="delay">By how much.</param>
internal sealed class DelayStandIn(CallPattern calls, TimeSpan delay) : StandIn(calls)
{
    private static readonly ConcurrentDictionary<Type, Func<object, TimeSpan, object>> Delayed = new();

    /// <inheritdoc/>
    public override void Return(InterceptedCall call)
    {
        if (call.Exception is null && call.Result is { } task && IsTask(call))
        {
            call.Return(Delayed.GetOrAdd(call.ResultType, static type => DelayOf(type))(task, delay));
        }
    }

    /// <inheritdoc/>
    protected override void Act(InterceptedCall call)
    {
        if (!IsTask(call))
        {
            call.Before(() => Thread.Sleep(delay));
        }
    }

    private static bool IsTask(InterceptedCall call) => call.Method is MethodInfo { ReturnType: var type } && TaskTypes.IsTask(type);

    private static Func<object, TimeSpan, object> DelayOf(Type type)
    {
        if (!type.IsGenericType)
        {
            return type == typeof(ValueTask)
                ? static (task, delay) => new ValueTask(Late(((ValueTask)task).AsTask(), delay))
                : static (task, delay) => Late((Task)task, delay);
        }

        string name = type.GetGenericTypeDefinition() == typeof(Task<>) ? nameof(LateTask) : nameof(LateValueTask);
        return typeof(DelayStandIn).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type.GetGenericArguments()).CreateDelegate<Func<object, TimeSpan, object>>();
    }

    private static object LateTask<T>(object task, TimeSpan delay) => Late((Task<T>)task, delay);

    private static object LateValueTask<T>(object task, TimeSpan delay) => new ValueTask<T>(Late(((ValueTask<T>)task).AsTask(), delay));

    private static async Task Late(Task task, TimeSpan delay)
    {
        await Task.Delay(delay).ConfigureAwait(false);
        await task.ConfigureAwait(false);
    }

    private static async Task<T> Late<T>(Task<T> task, TimeSpan delay)
    {
        await Task.Delay(delay).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }
}
