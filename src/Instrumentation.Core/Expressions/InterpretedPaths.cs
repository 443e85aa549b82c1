using System.Diagnostics.CodeAnalysis;

namespace Instrumentation.Expressions;

/// <summary>Follows paths of fields that are given as text. A step is looked for on the static type that the path has reached, then on the object's own.</summary>
[RequiresUnreferencedCode(ExpressionInterpreter.NeedsMetadata)]
internal static class InterpretedPaths
{
    /// <summary>Follows a path of fields, properties and casts.</summary>
    /// <param name="start">The object that it starts at.</param>
    /// <param name="type">The static type of the start.</param>
    /// <param name="path">The path.</param>
    /// <param name="value">The value at its end as an ordinary object.</param>
    /// <returns>False when a step leads nowhere: null, a missing member, an object of another type.</returns>
    public static bool TryFollow(object? start, Type type, string path, out object? value)
    {
        value = start;
        Type reached = type;
        foreach (PathStep step in PathStep.Split(path))
        {
            if (step.IsCast)
            {
                // As everywhere, a cast of null is null.
                Type? cast = value is null ? reached : Cast(value.GetType(), step.Name);
                if (cast is null)
                {
                    return false;
                }

                reached = cast;
            }
            else if (value is not { } target || (Owner(reached, step.Name) ?? Owner(target.GetType(), step.Name)) is not { } owner || !InterpretedMembers.TryRead(target, step.Name, owner, out value))
            {
                return false;
            }
            else
            {
                reached = owner.GetField(step.Name, InterpretedMembers.Declared)?.FieldType ?? InterpretedMembers.FindProperty(owner, step.Name)!.PropertyType;
            }
        }

        return true;
    }

    private static Type? Cast(Type type, string name) =>
        Lineage(type).Concat(type.GetInterfaces()).FirstOrDefault(candidate => candidate.FullName == name || candidate.Name == name);

    private static Type? Owner(Type type, string name) => Lineage(type).FirstOrDefault(candidate =>
        candidate.GetField(name, InterpretedMembers.Declared) is not null || InterpretedMembers.FindProperty(candidate, name) is not null);

    private static IEnumerable<Type> Lineage(Type type)
    {
        for (Type? current = type; current is not null; current = current.BaseType)
        {
            yield return current;
        }
    }
}
