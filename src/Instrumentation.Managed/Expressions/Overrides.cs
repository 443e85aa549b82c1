using System.Reflection;

namespace Instrumentation.Managed.Expressions;

/// <summary>Which method a virtual call reaches, as far as the static type tells.</summary>
internal static class Overrides
{
    /// <summary>The method that a call on a static type reaches, when the type has no further subtypes; else the method itself.</summary>
    /// <param name="method">The method that is named.</param>
    /// <param name="type">The target's static type.</param>
    /// <returns>The method that runs.</returns>
    public static MethodInfo Resolve(MethodInfo method, Type type)
    {
        if (!method.IsVirtual || !type.IsSealed || type.IsArray)
        {
            return method;
        }

        if (method.DeclaringType is { IsInterface: true } contract)
        {
            InterfaceMapping map = type.GetInterfaceMap(contract);
            int index = Array.IndexOf(map.InterfaceMethods, method);
            return index < 0 ? method : map.TargetMethods[index];
        }

        for (Type? current = type; current is not null; current = current.BaseType)
        {
            foreach (MethodInfo candidate in current.GetMethods(MemberBinder.Declared))
            {
                if (candidate.Name == method.Name && candidate.GetBaseDefinition() == method.GetBaseDefinition())
                {
                    return candidate;
                }
            }
        }

        return method;
    }

    /// <summary>Whether a call on a static type can reach different methods at run time.</summary>
    /// <param name="method">The method, resolved.</param>
    /// <param name="type">The target's static type.</param>
    /// <returns>True when it can.</returns>
    public static bool AreOpen(MethodInfo method, Type type) =>
        method.IsAbstract || (method.IsVirtual && !method.IsFinal && !type.IsSealed && !method.DeclaringType!.IsSealed);
}
