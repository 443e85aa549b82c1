using System.Collections.Concurrent;
using System.Reflection;
using Instrumentation.Managed.Hooks;
using Instrumentation.Managed.Points;

namespace Instrumentation.Managed.Interception;

/// <summary>Makes values what methods give: of the declared type, and in tasks where tasks are given.</summary>
internal static class ResultValues
{
    private static readonly ConcurrentDictionary<Type, ITaskMaker> Makers = new();
    private static readonly ConcurrentDictionary<Type, Func<Task, object?>> Readers = new();

    private interface ITaskMaker
    {
        object Succeeded(object? value);

        object Failed(Exception exception);
    }

    /// <inheritdoc cref="InterceptedMethod.Convert"/>
    /// <param name="method">The method.</param>
    /// <param name="value">The value.</param>
    /// <param name="resultType">The exact type.</param>
    public static object? Convert(InterceptedMethod method, object? value, Type resultType)
    {
        if (resultType == typeof(void))
        {
            return value is null ? null : throw Wrong(method, value, resultType);
        }

        if (method.Task.Kind == TaskKind.None || resultType.IsInstanceOfType(value))
        {
            return Fit(method, value, resultType);
        }

        Type inner = TaskShape.Of(resultType).ResultType;
        object? result = inner == typeof(void) ? null : Fit(method, value, inner);
        return inner == typeof(void) && value is not null ? throw Wrong(method, value, resultType) : MakerOf(method, resultType).Succeeded(result);
    }

    /// <inheritdoc cref="InterceptedMethod.Failed"/>
    /// <param name="method">The method.</param>
    /// <param name="exception">With what.</param>
    /// <param name="resultType">The exact type.</param>
    public static object? Failed(InterceptedMethod method, Exception exception, Type resultType) =>
        method.Task.Kind == TaskKind.None || resultType.ContainsGenericParameters ? null : MakerOf(method, resultType).Failed(exception);

    /// <summary>The result of a task that has ended well.</summary>
    /// <param name="task">The task.</param>
    /// <returns>The result; null for none.</returns>
    public static object? Of(Task task)
    {
        Type? type = task.GetType();
        while (type is not null && !(type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>)))
        {
            type = type.BaseType;
        }

        return type is null || type.GetGenericArguments()[0].Name == "VoidTaskResult" ? null : Readers.GetOrAdd(type, static task => ReaderOf(task))(task);
    }

    private static Func<Task, object?> ReaderOf(Type task) => typeof(ResultValues).GetMethod(nameof(Read), BindingFlags.NonPublic | BindingFlags.Static)!
        .MakeGenericMethod(task.GetGenericArguments()).CreateDelegate<Func<Task, object?>>();

    private static object? Read<T>(Task task) => ((Task<T>)task).Result;

    private static object? Fit(InterceptedMethod method, object? value, Type type)
    {
        if (type.ContainsGenericParameters || type.IsPointer || type.IsByRef)
        {
            throw new SpecException($"Another result for {MethodName.WithParameters(method.Method)}", $"which type {MethodName.Of(type)} is in this call is not known.", "Give the very task or object, or replace what calls it.");
        }

        if (value is null)
        {
            return type.IsValueType && Nullable.GetUnderlyingType(type) is null ? System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type) : null;
        }

        return type.IsInstanceOfType(value) ? value : throw Wrong(method, value, type);
    }

    private static SpecException Wrong(InterceptedMethod method, object? value, Type type) => new(
        $"{MethodName.Of(value?.GetType() ?? typeof(object))} as the result of {MethodName.WithParameters(method.Method)}",
        $"it gives {(type == typeof(void) ? "nothing" : MethodName.Of(type))}.",
        type == typeof(void) ? "Give null." : $"Give a value of type {MethodName.Of(type)}.");

    private static ITaskMaker MakerOf(InterceptedMethod method, Type task)
    {
        if (task.ContainsGenericParameters)
        {
            _ = Fit(method, null, task);
        }

        return Makers.GetOrAdd(task, static type =>
        {
            TaskShape shape = TaskShape.Of(type);
            Type maker = (shape.Kind, shape.ResultType == typeof(void)) switch
            {
                (TaskKind.Task, true) => typeof(TaskMaker),
                (TaskKind.ValueTask, true) => typeof(ValueTaskMaker),
                (TaskKind.Task, _) => typeof(TaskMaker<>).MakeGenericType(shape.ResultType),
                _ => typeof(ValueTaskMaker<>).MakeGenericType(shape.ResultType),
            };
            return (ITaskMaker)Activator.CreateInstance(maker)!;
        });
    }

    private sealed class TaskMaker : ITaskMaker
    {
        public object Succeeded(object? value) => Task.CompletedTask;

        public object Failed(Exception exception) => Task.FromException(exception);
    }

    private sealed class ValueTaskMaker : ITaskMaker
    {
        public object Succeeded(object? value) => ValueTask.CompletedTask;

        public object Failed(Exception exception) => ValueTask.FromException(exception);
    }

    private sealed class TaskMaker<T> : ITaskMaker
    {
        public object Succeeded(object? value) => Task.FromResult((T)value!);

        public object Failed(Exception exception) => Task.FromException<T>(exception);
    }

    private sealed class ValueTaskMaker<T> : ITaskMaker
    {
        public object Succeeded(object? value) => ValueTask.FromResult((T)value!);

        public object Failed(Exception exception) => ValueTask.FromException<T>(exception);
    }
}
