using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Instrumentation.Expressions;

/// <summary>Reads of fields and properties by reflection: a property by the field behind it where there is one, else by its getter.</summary>
[RequiresUnreferencedCode(ExpressionInterpreter.NeedsMetadata)]
internal static class InterpretedMembers
{
    /// <summary>Finds members that a type declares itself, also private ones.</summary>
    internal const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

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

        PropertyInfo? property = FindProperty(declaring, name);
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

    /// <summary>Finds a property without arguments that a type declares itself.</summary>
    /// <param name="declaring">The type.</param>
    /// <param name="name">The property's name.</param>
    /// <returns>The property, or null.</returns>
    public static PropertyInfo? FindProperty(Type declaring, string name) =>
        declaring.GetProperties(Declared).FirstOrDefault(property => property.Name == name && property.GetIndexParameters().Length == 0);

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
}
