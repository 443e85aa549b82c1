using System.Reflection;

namespace Instrumentation.Managed.Points;

/// <summary>The types of all loaded assemblies; types that cannot be loaded are passed over.</summary>
internal static class LoadedTypes
{
    /// <summary>All of them.</summary>
    /// <returns>The types, generic ones as definitions.</returns>
    public static IEnumerable<Type> All() => AppDomain.CurrentDomain.GetAssemblies().Where(IsReadable).SelectMany(TypesOf);

    /// <summary>Those that can hold matches of a pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="only">The only assembly to look at; null for all.</param>
    /// <returns>The types.</returns>
    public static IEnumerable<Type> Matching(MethodPattern pattern, Assembly? only) => (only is null ? AppDomain.CurrentDomain.GetAssemblies() : [only])
        .Where(assembly => IsReadable(assembly) && pattern.Matches(assembly))
        .SelectMany(TypesOf)
        .Where(pattern.Matches);

    private static bool IsReadable(Assembly assembly) => !assembly.IsDynamic && !OwnAssemblies.Contains(assembly);

    private static IEnumerable<Type> TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException partial)
        {
            return partial.Types.OfType<Type>();
        }
        catch (Exception error) when (error is IOException or BadImageFormatException or TypeLoadException)
        {
            // The assembly's references cannot be resolved: it has no types that could be probed.
            return [];
        }
    }
}
