using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Instrumentation.Json;

/// <summary>Finds types by name over the loaded assemblies; loads none by name.</summary>
internal static class TypeSearch
{
    /// <summary>Finds a type.</summary>
    /// <param name="assembly">The simple name of its assembly, or null for any.</param>
    /// <param name="name">Its full name in metadata; or its simple name where only one loaded type has it.</param>
    /// <returns>The type, a definition when generic.</returns>
    /// <exception cref="TypeNameException">No type has the name, or several have.</exception>
    public static Type Find(string? assembly, string name)
    {
        List<Type> found = FullName(assembly, name);
        if (found.Count == 0 && !name.Contains('.', StringComparison.Ordinal))
        {
            found = [.. LoadedTypeNames.WithSimpleName(name)
                .Where(candidate => assembly is null || candidate.Assembly == assembly)
                .SelectMany(candidate => FullName(candidate.Assembly, candidate.FullName))
                .Distinct()];
        }

        return found.Count switch
        {
            1 => found[0],
            0 => throw Unknown(assembly, name),
            _ => throw new TypeNameException(
                $"the type name '{name}' is ambiguous.",
                "Write the assembly before it, as in Assembly!Namespace.Type; a type that is loaded twice cannot be named.",
                [.. found.Select(static type => $"{type.Assembly.GetName().Name}!{type.FullName}").Distinct(StringComparer.Ordinal).Take(3)]),
        };
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "A type that trimming removed is not in the program, so that no probe can be about it: it is reported as unknown.")]
    private static List<Type> FullName(string? home, string name)
    {
        List<Type> found = [];
        foreach (Assembly assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            if (assembly.IsDynamic || (home is not null && !string.Equals(assembly.GetName().Name, home, StringComparison.Ordinal)))
            {
                continue;
            }

            try
            {
                if (assembly.GetType(name, throwOnError: false) is { } type && !found.Contains(type))
                {
                    found.Add(type);
                }
            }
            catch (Exception error) when (error is ArgumentException or IOException or BadImageFormatException or TypeLoadException)
            {
                // The name leads into an assembly that is missing or broken: there is no such type here.
            }
        }

        return found;
    }

    private static TypeNameException Unknown(string? assembly, string name)
    {
        IReadOnlyList<string> nearest = LoadedTypeNames.Nearest(name);
        return new(
            $"no loaded {(assembly is null ? "type" : $"type of the assembly '{JsonPath.Shorten(assembly)}'")} is named '{JsonPath.Shorten(name)}'.",
            nearest.Count > 0 ? string.Empty : "Check that its assembly is loaded, then the spelling: Namespace.Type, with '+' before nested types.",
            nearest);
    }
}
