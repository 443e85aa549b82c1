using Instrumentation.Expressions;
using Instrumentation.Managed.Points;

namespace Instrumentation.Managed.Expressions;

/// <summary>Binds what expressions start from: arguments, the instance, the result and the context's values.</summary>
internal static class RootBinder
{
    /// <summary>Binds an argument.</summary>
    /// <param name="argument">The argument by name or position.</param>
    /// <param name="target">The place.</param>
    /// <param name="raw">True to read it as its declared type whatever the lambda asked for.</param>
    /// <returns>The argument by position, converted where the lambda asks for another type.</returns>
    public static ProbeExpression Argument(ArgumentExpression argument, BindingTarget target, bool raw = false)
    {
        int index = argument.Name is { } name ? IndexOf(name, argument, target) : argument.Index;
        if (index < 0 || index >= target.Parameters.Count)
        {
            throw new ExpressionException(
                ExpressionText.Of(argument),
                $"{target.Place} has {target.Parameters.Count switch { 0 => "no parameters", 1 => "one parameter", var count => $"{count} parameters" }}.",
                target.Parameters.Count == 0 ? "Read something else." : $"Positions count from 0, without 'this'. {Listed(target)}");
        }

        BindingParameter parameter = target.Parameters[index];
        string what = parameter.Name is null ? $"parameter {index} of {target.Place}" : $"parameter '{parameter.Name}' of {target.Place}";
        return Root(type => new ArgumentExpression(index, null, type), parameter.Type, argument, what, raw);
    }

    /// <summary>Binds the instance.</summary>
    /// <param name="self">The instance.</param>
    /// <param name="target">The place.</param>
    /// <param name="raw">True to read it as its declared type whatever the lambda asked for.</param>
    /// <returns>The instance, converted where the lambda asks for another type.</returns>
    public static ProbeExpression This(ThisExpression self, BindingTarget target, bool raw = false) => target.ThisType is { } type
        ? Root(declared => new ThisExpression(declared), type, self, $"the instance of {target.Place}", raw)
        : throw new ExpressionException(ExpressionText.Of(self), $"{target.Place} is static: it has no instance.", "Read an argument instead.");

    /// <summary>Binds the result.</summary>
    /// <param name="result">The result.</param>
    /// <param name="target">The place.</param>
    /// <param name="raw">True to read it as its declared type whatever the lambda asked for.</param>
    /// <returns>The result, converted where the lambda asks for another type.</returns>
    public static ProbeExpression Return(ReturnExpression result, BindingTarget target, bool raw = false)
    {
        Demand(result, target, ProbeEdge.Return | ProbeEdge.Call, "a result", "OnReturn() or OnCall()");
        return target.ResultType == typeof(void)
            ? throw new ExpressionException(ExpressionText.Of(result), $"{target.Place} returns nothing.", "Read an argument or a field of the instance instead.")
            : Root(declared => new ReturnExpression(declared), target.ResultType, result, $"the result of {target.Place}", raw);
    }

    /// <summary>Binds a value of the context.</summary>
    /// <param name="context">The value.</param>
    /// <param name="target">The place.</param>
    /// <returns>The value itself, when the place has it.</returns>
    public static ContextExpression Context(ContextExpression context, BindingTarget target)
    {
        switch (context.Value)
        {
            case ContextValue.Exception or ContextValue.ThrownBy:
                Demand(context, target, ProbeEdge.Throw | ProbeEdge.Catch | ProbeEdge.Call, "an exception", "OnThrow(), OnCatch() or OnCall()");
                break;
            case ContextValue.Cpu or ContextValue.UserId or ContextValue.CgroupId or ContextValue.Comm:
                throw KernelOnly(context, target);
            case ContextValue.Duration:
                Demand(context, target, ProbeEdge.Return | ProbeEdge.Throw | ProbeEdge.Call, "a duration", "OnReturn(), OnThrow() or OnCall()");
                break;
        }

        return context;
    }

    /// <summary>The refusal of what the kernel alone knows.</summary>
    /// <param name="asking">The expression.</param>
    /// <param name="target">The place.</param>
    /// <returns>The error.</returns>
    public static ExpressionException KernelOnly(ProbeExpression asking, BindingTarget target) => new(
        ExpressionText.Of(asking),
        $"{target.Place} is a .NET method, and this value exists at points of the kernel and of native code only.",
        "Read arguments, fields and the result, or attach to the kernel, for example with Probe.Syscall or Probe.Function.");

    private static ProbeExpression Root(Func<Type, ProbeExpression> make, Type declared, ProbeExpression asking, string what, bool raw)
    {
        Type real = BoundTypes.ReadAs(declared);
        if (!real.ContainsGenericParameters)
        {
            ProbeExpression value = make(real);
            bool isPointer = BoundTypes.IsPointer(declared.IsByRef ? declared.GetElementType()! : declared);
            return raw ? value : ReadingRules.Read(value, asking.Type, ExpressionText.Of(asking), what, isPointer);
        }

        // An open type is known only at run time. A reference to one is an object; any other value is up to the root source.
        if (real.IsGenericParameter || real.IsValueType)
        {
            return make(asking.Type);
        }

        return ReadingRules.Read(make(typeof(object)), asking.Type, ExpressionText.Of(asking), what);
    }

    private static int IndexOf(string name, ArgumentExpression argument, BindingTarget target)
    {
        for (int i = 0; i < target.Parameters.Count; i++)
        {
            if (target.Parameters[i].Name == name)
            {
                return i;
            }
        }

        IReadOnlyList<string> nearest = NearestNames.Choose(name, target.Parameters.Select(parameter => parameter.Name).OfType<string>(), most: 1);
        throw new ExpressionException(
            ExpressionText.Of(argument),
            $"{target.Place} has no parameter '{name}'.",
            (nearest.Count == 0 ? string.Empty : $"Did you mean '{nearest[0]}'? ") + Listed(target));
    }

    private static string Listed(BindingTarget target) => target.Parameters.Count == 0
        ? "It has no parameters."
        : $"Its parameters are {string.Join(", ", target.Parameters.Select((parameter, index) => $"{index}: {MethodName.Of(parameter.Type)} {parameter.Name ?? "(no name)"}"))}.";

    private static void Demand(ProbeExpression asking, BindingTarget target, ProbeEdge needed, string what, string mend)
    {
        if ((target.Edge & needed) == 0)
        {
            throw new ExpressionException(ExpressionText.Of(asking), $"a probe on {target.Edge} of {target.Place} has no such thing: there is not yet, or never, {what}.", $"Use {mend}.");
        }
    }
}
