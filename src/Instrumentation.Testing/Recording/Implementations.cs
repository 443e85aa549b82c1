using System.Reflection;
using System.Runtime.CompilerServices;
using Instrumentation.Managed.Points;

namespace Instrumentation.Testing.Recording;

/// <summary>The methods with code that a call of a method may reach.</summary>
internal static class Implementations
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    // To look at all loaded types takes milliseconds, and every assertion asks: what was found holds while no assembly comes or goes.
    private static readonly ConditionalWeakTable<MethodBase, Found> Cache = [];

    /// <summary>The methods with code: the method itself, and what implements or overrides it in the types that are loaded.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The methods.</returns>
    public static IReadOnlyList<MethodBase> Of(MethodBase method)
    {
        int assemblies = AppDomain.CurrentDomain.GetAssemblies().Length;
        if (!Cache.TryGetValue(method, out Found? found) || found.Assemblies != assemblies)
        {
            found = new Found(assemblies, [.. Find(method)]);
            Cache.AddOrUpdate(method, found);
        }

        return found.Methods;
    }

    private static IEnumerable<MethodBase> Find(MethodBase method)
    {
        if (!method.IsAbstract)
        {
            yield return method;
        }

        if (method is not MethodInfo { IsVirtual: true, IsFinal: false } || method.DeclaringType is not { IsSealed: false } type)
        {
            yield break;
        }

        foreach (Type candidate in LoadedTypes.All().Where(candidate => candidate != type && !candidate.IsInterface && IsDerived(candidate, type)))
        {
            foreach (MethodInfo other in candidate.GetMethods(Declared).Where(other => !other.IsAbstract && IsOf(other, method)))
            {
                yield return other;
            }
        }
    }

    /// <summary>Whether a method is, implements or overrides another.</summary>
    /// <param name="method">The method with code.</param>
    /// <param name="asked">The other.</param>
    /// <returns>True when a call of the other may reach it.</returns>
    public static bool IsOf(MethodBase method, MethodBase asked)
    {
        MethodBase definition = MethodResolver.Definition(asked);
        if (MethodResolver.Definition(method) == definition)
        {
            return true;
        }

        if (method is not MethodInfo { IsVirtual: true } other || definition is not MethodInfo { IsVirtual: true } wanted || wanted.DeclaringType is not { } type)
        {
            return false;
        }

        if (!type.IsInterface)
        {
            return other.GetBaseDefinition() == wanted.GetBaseDefinition() && type.IsAssignableFrom(other.DeclaringType);
        }

        if (other.DeclaringType is not { IsInterface: false } implementer)
        {
            return false;
        }

        foreach (Type contract in implementer.GetInterfaces().Where(contract => (contract.IsGenericType ? contract.GetGenericTypeDefinition() : contract) == type))
        {
            InterfaceMapping map = implementer.GetInterfaceMap(contract);
            for (int i = 0; i < map.InterfaceMethods.Length; i++)
            {
                if (map.TargetMethods[i] == other && map.InterfaceMethods[i].MetadataToken == wanted.MetadataToken)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool IsDerived(Type candidate, Type type)
    {
        try
        {
            return type.IsInterface
                ? Array.Exists(candidate.GetInterfaces(), contract => (contract.IsGenericType ? contract.GetGenericTypeDefinition() : contract) == type)
                : candidate.IsSubclassOf(type);
        }
        catch (Exception error) when (error is TypeLoadException or FileNotFoundException or FileLoadException)
        {
            // A type whose interfaces do not load has no instances.
            return false;
        }
    }

    private sealed record Found(int Assemblies, IReadOnlyList<MethodBase> Methods);
}
