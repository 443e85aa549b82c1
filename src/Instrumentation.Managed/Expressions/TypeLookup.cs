using System.Reflection;
using Instrumentation.Managed.Points;

namespace Instrumentation.Managed.Expressions;

/// <summary>Finds the types that paths name, over all loaded assemblies.</summary>
internal static class TypeLookup
{
    private const string Mend = "Write the full name as metadata spells it, for example (Acme.Outer+Inner) or (System.Collections.Generic.List`1[[System.Int32]]).";

    /// <summary>Finds a type.</summary>
    /// <param name="name">Its full name, its simple name where only one type has it, or either with a comma and the assembly's name behind.</param>
    /// <param name="text">The text of the expression, for the error.</param>
    /// <returns>The type.</returns>
    /// <exception cref="ExpressionException">No type has the name, or several have.</exception>
    public static Type Find(string name, string text)
    {
        int comma = name.IndexOf(',', name.LastIndexOf(']') + 1);
        string bare = (comma < 0 ? name : name[..comma]).Trim();
        string? home = comma < 0 ? null : name[(comma + 1)..].Trim();
        Assembly[] assemblies = [.. AppDomain.CurrentDomain.GetAssemblies().Where(assembly => !assembly.IsDynamic && (home is null || assembly.GetName().Name == home))];
        Type[] found = [.. assemblies.Select(assembly => ByFullName(assembly, bare)).OfType<Type>().Distinct()];
        if (found.Length == 0 && !bare.Contains('.', StringComparison.Ordinal))
        {
            found = [.. LoadedTypes.All().Where(type => type.Name == bare && (home is null || type.Assembly.GetName().Name == home))];
        }

        return found.Length switch
        {
            1 when found[0].ContainsGenericParameters => throw new ExpressionException(text, $"the type '{name}' is open: objects have its type with arguments only.", Mend),
            1 => found[0],
            0 => throw Unknown(name, bare, text),
            _ => throw new ExpressionException(text, $"the type name '{name}' is ambiguous.", $"It could be {string.Join(", or ", found.Select(type => $"({type.FullName}, {type.Assembly.GetName().Name})"))}."),
        };
    }

    private static Type? ByFullName(Assembly assembly, string name)
    {
        try
        {
            return assembly.GetType(name, throwOnError: false);
        }
        catch (Exception error) when (error is ArgumentException or IOException or BadImageFormatException or TypeLoadException)
        {
            // A malformed name, or a type whose references cannot be resolved: not found here.
            return null;
        }
    }

    private static ExpressionException Unknown(string name, string bare, string text)
    {
        bool simple = !bare.Contains('.', StringComparison.Ordinal);
        IReadOnlyList<string> nearest = simple
            ? [.. NearestTypes(bare, type => type.Name)]
            : [.. NearestTypes(bare, type => type.FullName ?? type.Name)];
        return new ExpressionException(text, $"no loaded type is named '{name}'.", nearest.Count == 0 ? Mend : $"Did you mean {string.Join(", or ", nearest.Select(type => $"({type})"))}? {Mend}");
    }

    private static IEnumerable<string> NearestTypes(string wanted, Func<Type, string> nameOf)
    {
        ILookup<string, Type> types = LoadedTypes.All().Where(type => !type.Name.StartsWith('<')).ToLookup(nameOf, StringComparer.Ordinal);
        return NearestNames.Choose(wanted, types.Select(group => group.Key)).SelectMany(name => types[name]).Select(type => type.FullName ?? type.Name).Take(3);
    }
}
