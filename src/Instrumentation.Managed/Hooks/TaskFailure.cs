using System.Reflection;
using System.Reflection.Emit;

namespace Instrumentation.Managed.Hooks;

/// <summary>
/// Reads the exception of a failed task from its fields. The public property would mark the exception as observed, and the program's own handler of
/// unobserved exceptions would no longer see it.
/// </summary>
internal static class TaskFailure
{
    private const BindingFlags Instance = BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Instance;

    private static readonly DynamicMethod? Method = Build();
    private static readonly Func<Task, object?>? Read = Method?.CreateDelegate<Func<Task, object?>>();

    /// <summary>The first exception of a failed task.</summary>
    /// <param name="task">The task, which has failed.</param>
    /// <returns>The exception; a stand-in that says so when this runtime keeps it elsewhere.</returns>
    public static object Of(Task task) => Read?.Invoke(task) ?? Unknown.Exception;

    // m_contingentProperties.m_exceptionsHolder.m_faultExceptions (a List<ExceptionDispatchInfo>) [0].SourceException
    private static DynamicMethod? Build()
    {
        FieldInfo? properties = typeof(Task).GetField("m_contingentProperties", Instance);
        FieldInfo? holder = properties?.FieldType.GetField("m_exceptionsHolder", Instance);
        FieldInfo? list = holder?.FieldType.GetField("m_faultExceptions", Instance);
        if (properties is null || holder is null || list?.FieldType != typeof(List<System.Runtime.ExceptionServices.ExceptionDispatchInfo>))
        {
            return null;
        }

        DynamicMethod method = new("TaskFailure", typeof(object), [typeof(Task)], typeof(TaskFailure).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        Label missing = il.DefineLabel();
        foreach (FieldInfo field in new[] { properties, holder, list })
        {
            il.Emit(OpCodes.Ldfld, field);
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Brfalse, missing);
        }

        il.Emit(OpCodes.Call, typeof(TaskFailure).GetMethod(nameof(First), BindingFlags.Static | BindingFlags.NonPublic)!);
        il.Emit(OpCodes.Ret);
        il.MarkLabel(missing);
        il.Emit(OpCodes.Pop);
        il.Emit(OpCodes.Ldnull);
        il.Emit(OpCodes.Ret);
        return method;
    }

    private static object? First(List<System.Runtime.ExceptionServices.ExceptionDispatchInfo> failures) => failures.Count > 0 ? failures[0].SourceException : null;

    private static class Unknown
    {
        public static readonly Exception Exception = new InvalidOperationException("The task failed; this runtime does not show with what.");
    }
}
