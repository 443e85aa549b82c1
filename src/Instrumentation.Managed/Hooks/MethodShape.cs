using System.Reflection;
using Instrumentation.Managed.Expressions;
using Instrumentation.Managed.Points;
using Instrumentation.Managed.Weaving;

namespace Instrumentation.Managed.Hooks;

/// <summary>What hooks need to know of a method: its operands, its result, and how it ends.</summary>
internal sealed class MethodShape
{
    private readonly ParameterInfo[] _parameters;

    /// <summary>Reads a method.</summary>
    /// <param name="code">The method, a definition when generic.</param>
    public MethodShape(ProbedCode code)
    {
        Method = code.Written;
        _parameters = Method.GetParameters();
        Fields = code.Role == CodeRole.Whole ? null : new HoistedFields(code.Written, code.Code.DeclaringType!);
        ReturnType = code is { Iterator: null, Code: MethodInfo info } ? info.ReturnType : typeof(void);
        Task = TaskShape.Of(ReturnType);
        Result = ReturnType == typeof(void) ? null : HookOperand.Of(-1, ReturnType);
    }

    /// <summary>The method that the source wrote.</summary>
    public MethodBase Method { get; }

    /// <summary>Where its arguments are when its code is a state machine's; null when they are arguments.</summary>
    public HoistedFields? Fields { get; }

    /// <summary>The declared return type.</summary>
    public Type ReturnType { get; }

    /// <summary>How the call ends, and with what.</summary>
    public TaskShape Task { get; }

    /// <summary>The operand of the result; null without one.</summary>
    public HookOperand? Result { get; }

    /// <summary>The type of <c>this</c>; null for static methods.</summary>
    public Type? ThisType => Method.IsStatic ? null : Method.DeclaringType;

    /// <summary>The operand of a parameter.</summary>
    /// <param name="index">Its position, without <c>this</c>.</param>
    /// <returns>The operand.</returns>
    /// <exception cref="ExpressionException">The state machine does not have it.</exception>
    public HookOperand Argument(int index)
    {
        int argument = index + (Method.IsStatic ? 0 : 1);
        _ = Fields?.Of(argument);
        return HookOperand.Of(argument, _parameters[index].ParameterType);
    }

    /// <summary>The operand of <c>this</c>.</summary>
    /// <returns>The operand.</returns>
    /// <exception cref="ExpressionException">The state machine does not have it.</exception>
    public HookOperand This()
    {
        _ = Fields?.Of(0);
        HookOperand operand = HookOperand.Of(0, Method.DeclaringType!);
        return operand.Form == OperandForm.Value ? operand with { Form = OperandForm.Address } : operand;
    }

    /// <summary>The method as expressions see it.</summary>
    /// <param name="edge">The moments that are reported.</param>
    /// <param name="gettersAllowed">Whether getters may be called.</param>
    /// <returns>The target of binding.</returns>
    public BindingTarget Target(ProbeEdge edge, bool gettersAllowed) => new(
        MethodName.WithParameters(Method),
        [.. _parameters.Select(parameter => new BindingParameter(parameter.Name, parameter.ParameterType))],
        ThisType,
        Task.ResultType,
        edge,
        gettersAllowed);
}
