using System.Reflection;
using Instrumentation.Expressions;

namespace Instrumentation.Managed.Expressions;

/// <summary>A read of a field. A null target is a fault.</summary>
/// <param name="Target">The object or struct.</param>
/// <param name="Field">The field, of the target's type or a base of it.</param>
internal sealed record BoundField(ProbeExpression Target, FieldInfo Field) : ProbeExpression(BoundTypes.ReadAs(Field.FieldType))
{
    /// <inheritdoc/>
    internal override IReadOnlyList<ProbeExpression> Children => [Target];
}

/// <summary>A read of a property by its getter, which runs the application's code; a struct's getter runs on a copy. What it throws is a fault.</summary>
/// <param name="Target">The object or struct.</param>
/// <param name="Getter">The getter, of the target's type or a base or interface of it.</param>
internal sealed record BoundGetter(ProbeExpression Target, MethodInfo Getter) : ProbeExpression(BoundTypes.ReadAs(Getter.ReturnType))
{
    /// <inheritdoc/>
    internal override IReadOnlyList<ProbeExpression> Children => [Target];
}

/// <summary>The value of a nullable. None is a fault.</summary>
/// <param name="Target">The nullable.</param>
internal sealed record BoundNullableValue(ProbeExpression Target) : ProbeExpression(Nullable.GetUnderlyingType(Target.Type)!)
{
    /// <inheritdoc/>
    internal override IReadOnlyList<ProbeExpression> Children => [Target];
}

/// <summary>The types that bound nodes have.</summary>
internal static class BoundTypes
{
    /// <summary>The type that values of a declared type are read as: what a reference refers to; the number of a pointer.</summary>
    /// <param name="declared">The declared type.</param>
    /// <returns>The type.</returns>
    public static Type ReadAs(Type declared)
    {
        Type type = declared.IsByRef ? declared.GetElementType()! : declared;
        return IsPointer(type) ? typeof(nint) : type;
    }

    /// <summary>Whether a type's values are addresses.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True for pointers to data and to functions.</returns>
    public static bool IsPointer(Type type) => type.IsPointer || type.IsFunctionPointer;
}
