using System.Reflection;
using Instrumentation.Expressions;
using Instrumentation.Managed.Points;

namespace Instrumentation.Testing.Matching;

/// <summary>
/// Type arguments of calls. A recorded call knows its method's definition only, so they are seen in what they make: exactly in the declared type of the result, and in the types of the
/// instance and of arguments (an argument that is null, or of a type derived from another candidate, fits both).
/// </summary>
internal static class TypeArguments
{
    /// <summary>Refuses type arguments that nothing in a call shows.</summary>
    /// <param name="method">The method, with its type arguments.</param>
    /// <exception cref="SpecException">Neither a parameter nor the result mentions one of them.</exception>
    public static void DemandVisible(MethodBase method)
    {
        MethodBase definition = MethodResolver.Definition(method);
        if (definition == method)
        {
            return;
        }

        Type[] shown = [.. definition.GetParameters().Select(static parameter => parameter.ParameterType), definition is MethodInfo info ? info.ReturnType : typeof(void)];
        IEnumerable<Type> asked = definition is MethodInfo { IsGenericMethod: true } ? definition.GetGenericArguments() : [];
        if (method.IsStatic && definition.DeclaringType is { IsGenericTypeDefinition: true } type)
        {
            asked = asked.Concat(type.GetGenericArguments());
        }

        if (asked.FirstOrDefault(argument => !Array.Exists(shown, part => Mentions(part, argument))) is { } hidden)
        {
            throw new SpecException(
                $"'{TypeText.Of(method.DeclaringType!)}.{method.Name}' with type arguments",
                $"neither its parameters nor its result show what {hidden.Name} is in a call, so calls with other types would count too.",
                "Give the method's definition as a MethodBase to count them all.");
        }
    }

    /// <summary>Whether a call can be one with a method's type arguments.</summary>
    /// <param name="method">The method, with its type arguments.</param>
    /// <param name="call">The call.</param>
    /// <returns>The verdict.</returns>
    public static Verdict Judge(MethodBase method, RecordedCall call)
    {
        MethodBase definition = MethodResolver.Definition(method);
        if (definition == method)
        {
            return Verdict.Yes;
        }

        if (method.DeclaringType is { IsGenericType: true } type && call.Instance is { } instance && !type.IsInstanceOfType(instance))
        {
            return Verdict.No(() => $"it was called on a {TypeText.Of(instance.GetType())}, not on a {TypeText.Of(type)}");
        }

        if (method is MethodInfo { ReturnType: var closed } && ((MethodInfo)definition).ReturnType.ContainsGenericParameters && !call.ResultType.ContainsGenericParameters && call.ResultType != closed)
        {
            return Verdict.No(() => $"it was called with other type arguments: it returns {TypeText.Of(call.ResultType)}, not {TypeText.Of(closed)}");
        }

        ParameterInfo[] open = definition.GetParameters();
        ParameterInfo[] own = method.GetParameters();
        for (int i = 0; i < open.Length; i++)
        {
            Type wanted = own[i].ParameterType.IsByRef ? own[i].ParameterType.GetElementType()! : own[i].ParameterType;
            if (open[i].ParameterType.ContainsGenericParameters && call.Originals[i] is { } value and not UnkeptValue && !wanted.IsByRefLike && !wanted.IsInstanceOfType(value))
            {
                return Verdict.No(() => $"it was called with other type arguments: {open[i].Name} is of type {TypeText.Of(value.GetType())}, not {TypeText.Of(wanted)}");
            }
        }

        return Verdict.Yes;
    }

    private static bool Mentions(Type type, Type argument) =>
        type == argument || type.HasElementType && Mentions(type.GetElementType()!, argument) || type.IsGenericType && Array.Exists(type.GetGenericArguments(), part => Mentions(part, argument));
}
