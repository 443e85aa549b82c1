using System.Reflection;
using Instrumentation.Managed.Points;

namespace Instrumentation.Managed.Expressions;

/// <summary>Finds the types that paths name, over all loaded assemblies.</summary>
internal static class TypeLookup
{
    private const string Mend = "Write the full name as metadata spells it, for example (Acme.Outer+Inner) or (System.Collections.Generic.List`1[System.Int32]).";

    /// <summary>Finds a type.</summary>
    /// <param name="name">Its full name; or its simple name where only one type has it; either may be followed by a comma and the assembly's name.</param>
    /// <param name="text">The text of the expression, for the error.</param>
    /// <returns>The type.</returns>
    /// <exception cref="ExpressionException">No type has the name, or several have.</exception>
    public static Type Find(string name, string text)
    {
        string missing = name;
        Type? type;
        try
        {
            type = Type.GetType(name, Loaded, (assembly, part, _) => Choose(assembly, missing = part, text), throwOnError: false);
        }
        catch (Exception error) when (error is ArgumentException or IOException or BadImageFormatException or TypeLoadException)
        {
            throw new ExpressionException(text, $"the type name '{name}' cannot be read: {error.Message}", Mend);
        }

        return type switch
        {
            null => throw Unknown(missing, text),
            { ContainsGenericParameters: true } => throw new ExpressionException(text, $"the type '{name}' is open: an object's type has arguments.", Mend),
            _ => type,
        };
    }

    private static Assembly? Loaded(AssemblyName name) =>
        AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(assembly => !assembly.IsDynamic && assembly.GetName().Name == name.Name);

    private static Type? Choose(Assembly? home, string name, string text)
    {
        Type[] found =
        [
            .. AppDomain.CurrentDomain.GetAssemblies()
                .Where(assembly => !assembly.IsDynamic && (home is null || assembly == home))
                .Select(assembly => assembly.GetType(name, throwOnError: false))
                .OfType<Type>()
                .Distinct(),
        ];
        if (found.Length == 0 && !name.Contains('.', StringComparison.Ordinal))
        {
            found = [.. LoadedTypes.All().Where(type => type.Name == name && (home is null || type.Assembly == home))];
        }

        return found.Length <= 1
            ? found.FirstOrDefault()
            : throw new ExpressionException(text, $"the type name '{name}' is ambiguous.", $"It could be {string.Join(", or ", found.Select(type => $"({type.FullName}, {type.Assembly.GetName().Name})"))}.");
    }

    private static ExpressionException Unknown(string name, string text)
    {
        Func<Type, string> nameOf = name.Contains('.', StringComparison.Ordinal) ? type => type.FullName ?? type.Name : type => type.Name;
        ILookup<string, string> types = LoadedTypes.All().Where(type => !type.Name.StartsWith('<')).ToLookup(nameOf, type => type.FullName ?? type.Name, StringComparer.Ordinal);
        string[] nearest = [.. NearestNames.Choose(name, types.Select(group => group.Key)).SelectMany(near => types[near]).Take(3)];
        return new ExpressionException(
            text,
            $"no loaded type is named '{name}'.",
            nearest.Length == 0 ? Mend : $"Did you mean {string.Join(", or ", nearest.Select(type => $"({type})"))}?");
    }
}
