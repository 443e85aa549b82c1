using System.Reflection;
using Instrumentation.Expressions;
using Instrumentation.Managed.Points;

namespace Instrumentation.Managed.Expressions;

/// <summary>Binds members to fields, or to getters where the spec allows them.</summary>
internal static class MemberBinder
{
    /// <summary>Finds members that a type declares itself, also private ones.</summary>
    internal const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private const string NullableValueField = "value";
    private const string NullableFlagField = "hasValue";

    private static readonly MethodInfo ExceptionMessage = typeof(Exception).GetProperty(nameof(Exception.Message))!.GetMethod!;

    /// <summary>Binds a member that the lambda names.</summary>
    /// <param name="member">The member.</param>
    /// <param name="target">Its bound target.</param>
    /// <param name="gettersAllowed">True when a getter may be called.</param>
    /// <returns>The read of a field or getter.</returns>
    public static ProbeExpression Bind(MemberExpression member, ProbeExpression target, bool gettersAllowed)
    {
        string text = ExpressionText.Of(member);
        if (Nullable.GetUnderlyingType(target.Type) is not null)
        {
            return OfNullable(member.Name, target, text);
        }

        ProbeExpression? bound = member.IsProperty
            ? FindProperty(member.Declaring, member.Name) is { } property ? Property(property, target, text, gettersAllowed) : null
            : member.Declaring.GetField(member.Name, Declared) is { } field ? Field(field, target, text) : null;
        return bound ?? throw new ExpressionException(
            text,
            $"{MethodName.Of(member.Declaring)} has no instance member '{member.Name}'.",
            "Check the spelling, and that the spec was made for this version of the type.");
    }

    /// <summary>Finds a property without arguments that a type declares itself.</summary>
    /// <param name="type">The type.</param>
    /// <param name="name">The property's name.</param>
    /// <returns>The property, or null.</returns>
    public static PropertyInfo? FindProperty(Type type, string name) =>
        type.GetProperties(Declared).FirstOrDefault(property => property.Name == name && property.GetIndexParameters().Length == 0);

    /// <summary>Binds a field.</summary>
    /// <param name="field">The field.</param>
    /// <param name="target">Its bound target.</param>
    /// <param name="text">The text of the expression, for the error.</param>
    /// <returns>The read.</returns>
    public static BoundField Field(FieldInfo field, ProbeExpression target, string text) => field.FieldType.IsByRef
        ? throw new ExpressionException(text, $"the field '{field.Name}' is a reference into other memory, which may be none.", "Read the struct's other fields.")
        : new BoundField(target, field);

    /// <summary>Binds a property.</summary>
    /// <param name="property">The property.</param>
    /// <param name="target">Its bound target.</param>
    /// <param name="text">The text of the expression, for the error.</param>
    /// <param name="gettersAllowed">True when a getter may be called.</param>
    /// <returns>The read of a field or getter.</returns>
    public static ProbeExpression Property(PropertyInfo property, ProbeExpression target, string text, bool gettersAllowed)
    {
        if (property.GetMethod is not { } declared)
        {
            throw new ExpressionException(text, $"the property '{property.Name}' has no getter.", FieldMend(property.Name, gettersAllowed: true));
        }

        MethodInfo getter = Overrides.Resolve(declared, target.Type);
        if (declared.GetBaseDefinition() == ExceptionMessage && typeof(Exception).GetField("_message", Declared) is { } message)
        {
            // What the constructor was given. Overrides compose the message anew at each call, which a probe does not do.
            return new BoundField(target, message);
        }

        bool chosenAtRunTime = Overrides.AreOpen(getter, target.Type);
        if (!chosenAtRunTime && BackingFields.Of(getter) is { } field)
        {
            return Field(field, target, text);
        }

        if (gettersAllowed && !getter.ReturnType.IsByRef)
        {
            return new BoundGetter(target, getter);
        }

        string why = chosenAtRunTime
            ? $"the property '{property.Name}' is virtual: which code it runs depends on the object, and so does the field behind it."
            : $"the property '{property.Name}' is more than a field: its getter is code of the program.";
        throw new ExpressionException(text, why, FieldMend(property.Name, gettersAllowed));
    }

    private static string FieldMend(string property, bool gettersAllowed) =>
        $"Name the field behind {property} with c.Field<T>(target, \"_field\"), after a cast to the type that has it"
        + $"{(gettersAllowed ? "." : ", or let the probe run the getter with AllowGetters().")}";

    private static ProbeExpression OfNullable(string name, ProbeExpression target, string text) => name switch
    {
        nameof(Nullable<int>.Value) => new BoundNullableValue(target),
        nameof(Nullable<int>.HasValue) or NullableFlagField => new BoundField(target, target.Type.GetField(NullableFlagField, Declared)!),
        NullableValueField => new BoundField(target, target.Type.GetField(NullableValueField, Declared)!),
        _ => throw new ExpressionException(text, $"a nullable value has no member '{name}'.", "Use HasValue, Value or GetValueOrDefault()."),
    };
}
