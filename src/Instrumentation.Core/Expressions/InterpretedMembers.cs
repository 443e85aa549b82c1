using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Instrumentation.Expressions;

/// <summary>Reads of fields and properties by reflection: a property by the field behind it where there is one, else by its getter.</summary>
[RequiresUnreferencedCode(ExpressionInterpreter.NeedsMetadata)]
internal static class InterpretedMembers
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Reads a member of an object.</summary>
    /// <param name="target">The object or boxed struct.</param>
    /// <param name="name">The member's name.</param>
    /// <param name="declaring">The type that declares it.</param>
    /// <param name="value">The value as an ordinary object.</param>
    /// <returns>False when the object has no such member, or its getter throws.</returns>
    public static bool TryRead(object target, string name, Type declaring, out object? value)
    {
        value = null;
        if (!declaring.IsInstanceOfType(target))
        {
            return false;
        }

        PropertyInfo? property = declaring.GetProperties(Declared).FirstOrDefault(candidate => candidate.Name == name && candidate.GetIndexParameters().Length == 0);
        if ((declaring.GetField(name, Declared) ?? FieldBehind(property)) is { } field)
        {
            value = field.GetValue(target);
            return true;
        }

        if (property?.GetMethod is not { } getter)
        {
            return false;
        }

        try
        {
            // A copy of a struct: what its getter might change is not the program's.
            value = getter.Invoke(RuntimeHelpers.GetObjectValue(target), null);
            return true;
        }
        catch (TargetInvocationException)
        {
            return false;
        }
    }

    /// <summary>Follows a path of fields, properties and casts.</summary>
    /// <param name="start">The object that it starts at.</param>
    /// <param name="type">The static type of the start.</param>
    /// <param name="path">The path.</param>
    /// <param name="value">The value at its end as an ordinary object.</param>
    /// <returns>False when a step leads nowhere: null, a missing member, an object of another type.</returns>
    public static bool TryFollow(object? start, Type type, string path, out object? value)
    {
        value = start;
        Type? view = type;
        foreach (PathStep step in PathStep.Split(path))
        {
            if (value is null)
            {
                return false;
            }

            if (step.IsCast)
            {
                view = Lineage(value.GetType()).Concat(value.GetType().GetInterfaces()).FirstOrDefault(candidate => candidate.FullName == step.Name || candidate.Name == step.Name);
                if (view is null)
                {
                    return false;
                }

                continue;
            }

            object target = value;
            Type? owner = Owner(view, step.Name) ?? Owner(target.GetType(), step.Name);
            if (owner is null || !TryRead(target, step.Name, owner, out value))
            {
                return false;
            }

            view = value?.GetType();
        }

        return true;
    }

    // An exception's message is what its constructor was given: overrides of the property compose it anew. Of other properties only
    // automatic ones have a field behind them, and virtual ones only where no subtype can have another.
    private static FieldInfo? FieldBehind(PropertyInfo? property)
    {
        if (property?.GetMethod is not { } getter)
        {
            return null;
        }

        if (property.Name == nameof(Exception.Message) && getter.GetBaseDefinition().DeclaringType == typeof(Exception))
        {
            return typeof(Exception).GetField("_message", Declared);
        }

        bool settled = !getter.IsVirtual || getter.IsFinal || getter.DeclaringType!.IsSealed;
        return settled && getter.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) ? getter.DeclaringType!.GetField($"<{property.Name}>k__BackingField", Declared) : null;
    }

    private static Type? Owner(Type? type, string name) => type is null
        ? null
        : Lineage(type).FirstOrDefault(candidate => candidate.GetField(name, Declared) is not null || candidate.GetProperties(Declared).Any(property => property.Name == name));

    private static IEnumerable<Type> Lineage(Type type)
    {
        for (Type? current = type; current is not null; current = current.BaseType)
        {
            yield return current;
        }
    }
}
