namespace Instrumentation.Testing;

/// <summary>Results of asynchronous calls, without a task around them.</summary>
public static class TaskStandIns
{
    /// <summary>Gives a task that has ended with this.</summary>
    /// <typeparam name="T">The result of the task.</typeparam>
    /// <param name="setup">The calls.</param>
    /// <param name="result">The result.</param>
    /// <returns>The stand-in.</returns>
    public static StandInHandle With<T>(this StandInSetup<Task<T>> setup, T result)
    {
        ArgumentNullException.ThrowIfNull(setup);
        return setup.Target.With(_ => Task.FromResult(result));
    }

    /// <inheritdoc cref="With{T}(StandInSetup{Task{T}}, T)"/>
    public static StandInHandle With<T>(this StandInSetup<ValueTask<T>> setup, T result)
    {
        ArgumentNullException.ThrowIfNull(setup);
        return setup.Target.With(_ => ValueTask.FromResult(result));
    }
}
