using System.Reflection;
using Instrumentation.Managed.Hooks;
using Instrumentation.Managed.Points;

namespace Instrumentation.Managed.Interception;

/// <summary>What intercepted calls of one method share.</summary>
internal sealed class InterceptedMethod
{
    private readonly Type?[]? _enums;

    /// <summary>Reads a method.</summary>
    /// <param name="method">The method, a definition when generic.</param>
    public InterceptedMethod(MethodBase method)
    {
        Method = method;
        ReturnType = method is MethodInfo info ? info.ReturnType : typeof(void);
        Task = TaskShape.Of(ReturnType);
        Type?[] enums = [.. method.GetParameters().Select(static parameter => Bare(parameter.ParameterType)).Select(static type => type is { IsEnum: true, ContainsGenericParameters: false } ? type : null)];
        _enums = Array.Exists(enums, static type => type is not null) ? enums : null;
    }

    /// <summary>The method.</summary>
    public MethodBase Method { get; }

    /// <summary>What it is declared to return.</summary>
    public Type ReturnType { get; }

    /// <summary>How it hands its end on.</summary>
    public TaskShape Task { get; }

    /// <summary>Gives enums their types back, which travel as numbers.</summary>
    /// <param name="arguments">The arguments; changed in place.</param>
    /// <returns>The arguments.</returns>
    public object?[] Restore(object?[] arguments)
    {
        for (int i = 0; _enums is not null && i < arguments.Length; i++)
        {
            if (_enums[i] is { } type && arguments[i] is { } value && value is not Enum)
            {
                arguments[i] = Enum.ToObject(type, value);
            }
        }

        return arguments;
    }

    /// <summary>What the method has given, as it is declared.</summary>
    /// <param name="value">The value; enums as numbers.</param>
    /// <returns>The value.</returns>
    public object? RestoreResult(object? value) => value is not null && ReturnType is { IsEnum: true, ContainsGenericParameters: false } && value is not Enum ? Enum.ToObject(ReturnType, value) : value;

    /// <summary>Refuses what has a result that cannot be exchanged.</summary>
    /// <param name="resultType">The exact type, as far as it is known.</param>
    /// <exception cref="SpecException">It gives a reference, or a ref struct.</exception>
    public void DemandReplaceable(Type resultType)
    {
        if (ReturnType.IsByRef || resultType.IsByRefLike || ReturnType.IsPointer || ReturnType.IsFunctionPointer)
        {
            throw new SpecException($"Another result for {MethodName.WithParameters(Method)}", "it gives a reference, a pointer or a ref struct, which no object can stand for.", "Let it throw, or replace what calls it.");
        }
    }

    /// <summary>Makes a value what the method can give.</summary>
    /// <param name="value">The value.</param>
    /// <param name="resultType">The exact type, as far as it is known.</param>
    /// <returns>The value, in a task where the method gives one.</returns>
    /// <exception cref="SpecException">It cannot give such a value.</exception>
    public object? Convert(object? value, Type resultType) => ResultValues.Convert(this, value, resultType);

    /// <summary>A task that has failed.</summary>
    /// <param name="exception">With what.</param>
    /// <param name="resultType">The exact type that the method gives, as far as it is known.</param>
    /// <returns>The task, or null when the method gives none.</returns>
    public object? Failed(Exception exception, Type resultType) => ResultValues.Failed(this, exception, resultType);

    private static Type Bare(Type type) => type.IsByRef ? type.GetElementType()! : type;
}
