namespace Instrumentation.Managed.Hooks;

/// <summary>How a method hands its end to a task.</summary>
internal enum TaskKind
{
    /// <summary>It does not: the call ends at its return.</summary>
    None,

    /// <summary>It returns a <see cref="System.Threading.Tasks.Task"/>, or one with a result.</summary>
    Task,

    /// <summary>It returns a <see cref="System.Threading.Tasks.ValueTask"/>, or one with a result.</summary>
    ValueTask,
}

/// <summary>What a return type means for the call's end.</summary>
/// <param name="Kind">How the end is handed on.</param>
/// <param name="ResultType">The type of the call's result; <see cref="void"/> when there is none.</param>
internal sealed record TaskShape(TaskKind Kind, Type ResultType)
{
    /// <summary>Reads a return type.</summary>
    /// <param name="returned">The declared return type.</param>
    /// <returns>The shape.</returns>
    public static TaskShape Of(Type returned)
    {
        if (returned == typeof(Task))
        {
            return new TaskShape(TaskKind.Task, typeof(void));
        }

        if (returned == typeof(ValueTask))
        {
            return ValueTaskLayout.ObjectIsFirst ? new TaskShape(TaskKind.ValueTask, typeof(void)) : new TaskShape(TaskKind.None, returned);
        }

        Type? definition = returned.IsGenericType ? returned.GetGenericTypeDefinition() : null;
        return definition == typeof(Task<>) ? new TaskShape(TaskKind.Task, returned.GetGenericArguments()[0])
            : definition == typeof(ValueTask<>) && ValueTaskLayout.ObjectIsFirst ? new TaskShape(TaskKind.ValueTask, returned.GetGenericArguments()[0])
            : new TaskShape(TaskKind.None, returned);
    }
}
