namespace Instrumentation.Testing.StandIns;

/// <summary>Types through which a call hands its end on.</summary>
internal static class TaskTypes
{
    /// <summary>Whether a method that returns a type is asynchronous.</summary>
    /// <param name="type">The declared type.</param>
    /// <returns>True for tasks and value tasks.</returns>
    public static bool IsTask(Type type) => typeof(Task).IsAssignableFrom(type)
        || type == typeof(ValueTask)
        || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>));
}
