using System.Reflection;
using System.Runtime.CompilerServices;

namespace Instrumentation.Testing.Snapshots;

/// <summary>The fields that objects of a type consist of, those of its bases included.</summary>
internal static class InstanceFields
{
    private static readonly ConditionalWeakTable<Type, FieldInfo[]> All = [];
    private static readonly ConditionalWeakTable<Type, (string Name, FieldInfo Field)[]> Shown = [];

    /// <summary>All fields.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The fields, those of the bases first, in the order of their declaration.</returns>
    public static FieldInfo[] Of(Type type) => All.GetValue(type, static type =>
    {
        List<FieldInfo> fields = [];
        for (Type? declaring = type; declaring is not null; declaring = declaring.BaseType)
        {
            FieldInfo[] declared = declaring.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);
            fields.InsertRange(0, declared.OrderBy(static field => field.MetadataToken));
        }

        return [.. fields];
    });

    /// <summary>The fields that the application's code declares, by the names that the source has for them: those of properties go by the property.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The fields with their names.</returns>
    public static (string Name, FieldInfo Field)[] ShownOf(Type type) => Shown.GetValue(type, static type =>
    [
        .. Of(type)
            .Where(static field => !FrameworkTypes.Contains(field.DeclaringType!))
            .Select(static field => (Name: WrittenName(field.Name), Field: field))
            .Where(static shown => shown.Name.Length > 0),
    ]);

    /// <summary>Reads a field of a framework's type that is known by its name.</summary>
    /// <param name="value">The object.</param>
    /// <param name="name">The field's name.</param>
    /// <returns>The value; null as well when there is no such field.</returns>
    public static object? Read(object value, string name) => Array.Find(Of(value.GetType()), field => field.Name == name)?.GetValue(value);

    // <Name>k__BackingField is a property's, <Name>i__Field one of an anonymous type, <name>P a captured parameter of a primary constructor.
    private static string WrittenName(string name)
    {
        int close = name.IndexOf('>', StringComparison.Ordinal);
        return !name.StartsWith('<') ? name : close > 1 && name[(close + 1)..] is "k__BackingField" or "i__Field" or "P" ? name[1..close] : string.Empty;
    }
}
