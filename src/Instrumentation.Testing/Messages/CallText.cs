using System.Reflection;
using Instrumentation.Expressions;
using Instrumentation.Managed.Hooks;
using Instrumentation.Managed.Points;

namespace Instrumentation.Testing.Messages;

/// <summary>Calls in messages, near to how the source writes them.</summary>
internal static class CallText
{
    /// <summary>A recorded call: <c>Cache.Put("order:7", Order { … })</c>.</summary>
    /// <param name="call">The call.</param>
    /// <returns>The text.</returns>
    public static string Of(RecordedCall call) => Of(call.Method, [.. call.Arguments.Select(Values.Text)], null);

    /// <summary>What came of a call, behind its text: its result, or its exception, or that it lasts.</summary>
    /// <param name="call">The call.</param>
    /// <returns>The text; nothing for a call that has ended and has no result.</returns>
    public static string Outcome(RecordedCall call)
    {
        string what = !call.HasEnded ? " (has not ended yet)"
            : call.Exception is { } exception ? $" threw {TypeText.Of(exception.GetType())}: {Line(exception.Message)}"
            : HasResult(call.Method) ? $" → {Values.Text(call.Result)}"
            : string.Empty;
        return call.IsReplaced ? $"{what} (stand-in)" : what;
    }

    /// <summary>A call of a method with arguments that are texts already.</summary>
    /// <param name="method">The method.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="target">What it is called on; null for its type.</param>
    /// <returns>The text.</returns>
    public static string Of(MethodBase method, IReadOnlyList<string> arguments, string? target)
    {
        string on = target ?? TypeText.Of(method.DeclaringType ?? typeof(object));
        string all = string.Join(", ", arguments);
        if (method.IsConstructor)
        {
            return method.IsStatic ? $"static {on}()" : $"new {on}({all})";
        }

        if (AccessorOf(method) is not { } property)
        {
            return $"{on}.{method.Name}{TypeArguments(method)}({all})";
        }

        bool isSetter = IsSetter(method);
        IEnumerable<string> indices = isSetter ? arguments.SkipLast(1) : arguments;
        string place = IsIndexer(method) ? $"{on}[{string.Join(", ", indices)}]" : $"{on}.{property}";
        return isSetter ? $"{place} = {(arguments.Count > 0 ? arguments[^1] : "…")}" : place;
    }

    /// <summary>A method alone: <c>Cache.Put</c>.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The text.</returns>
    public static string OfMethod(MethodBase method)
    {
        string type = TypeText.Of(method.DeclaringType ?? typeof(object));
        return method.IsConstructor ? $"new {type}"
            : AccessorOf(method) is not { } property ? $"{type}.{method.Name}{TypeArguments(method)}"
            : IsIndexer(method) ? $"{type}[…]"
            : $"{type}.{property}";
    }

    /// <summary>A method that calls, as the source has it: async bodies, lambdas and local functions go by the method around them.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The text.</returns>
    public static string OfCaller(MethodBase method)
    {
        MethodBase source = StateMachines.SourceMethod(method);
        string name = AccessorOf(source) ?? source.Name;
        Type? type = source.DeclaringType;
        while (type is { DeclaringType: { } outer } && type.Name.StartsWith('<'))
        {
            // The machine of an async lambda is called <<Method>b__0>d.
            name = name.StartsWith('<') || !type.Name.Contains('>', StringComparison.Ordinal) || type.Name.StartsWith("<>", StringComparison.Ordinal) ? name : type.Name;
            type = outer;
        }

        string around = name.TrimStart('<');
        int end = around.IndexOf('>', StringComparison.Ordinal);
        name = name.StartsWith('<') && end > 0 ? around[..end] : name;
        string on = type is null ? string.Empty : TypeText.Of(type);
        return name is ".ctor" or ".cctor" ? $"new {on}" : $"{on}.{name}";
    }

    /// <summary>A text in one line.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Its first line.</returns>
    public static string Line(string text)
    {
        int end = text.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? text : $"{text[..end]}…";
    }

    /// <summary>Whether a call of a method gives something, itself or by its task.</summary>
    /// <param name="method">The method.</param>
    /// <returns>True when it does.</returns>
    public static bool HasResult(MethodBase method)
    {
        if (method is not MethodInfo { ReturnType: { } type } || type == typeof(void))
        {
            return false;
        }

        TaskShape shape = TaskShape.Of(type);
        return shape.Kind == TaskKind.None || shape.ResultType != typeof(void);
    }

    private static string? AccessorOf(MethodBase method)
    {
        int start = Math.Max(method.Name.LastIndexOf("get_", StringComparison.Ordinal), method.Name.LastIndexOf("set_", StringComparison.Ordinal));
        return method.IsSpecialName && (start == 0 || start > 0 && method.Name[start - 1] == '.') ? method.Name[(start + 4)..] : null;
    }

    private static bool IsSetter(MethodBase accessor) => accessor.Name.Contains("set_", StringComparison.Ordinal);

    private static bool IsIndexer(MethodBase accessor) => accessor.GetParameters().Length > (IsSetter(accessor) ? 1 : 0);

    private static string TypeArguments(MethodBase method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(TypeText.Of))}>" : string.Empty;
}
