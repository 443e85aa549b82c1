using System.Reflection;

namespace Instrumentation.Expressions;

/// <summary>One captured value.</summary>
/// <param name="Name">Its name in the event.</param>
/// <param name="Value">The expression that computes it.</param>
public sealed record CaptureField(string Name, ProbeExpression Value);

/// <summary>How captured values become the user's type again when a typed event is read.</summary>
/// <param name="Type">The user's type.</param>
/// <param name="Constructor">Its constructor; null when the capture is one bare value.</param>
/// <param name="ConstructorFields">How many of the fields, from the first, are arguments of the constructor.</param>
/// <param name="Members">The settable members that take the remaining fields, in order.</param>
public sealed record CaptureFactory(Type Type, ConstructorInfo? Constructor, int ConstructorFields, IReadOnlyList<MemberInfo> Members);

/// <summary>The translation of a capture lambda: the values to record, and how to rebuild the typed result from them.</summary>
/// <param name="Fields">The values, in record order; at most 32.</param>
/// <param name="Factory">How to rebuild the typed result; null for captures without one.</param>
public sealed record CaptureShape(IReadOnlyList<CaptureField> Fields, CaptureFactory? Factory)
{
    /// <summary>The most fields that one capture can have; a bit of the record's fault mask stands for each.</summary>
    public const int MaximumFields = 32;

    /// <inheritdoc/>
    public bool Equals(CaptureShape? other) => other is not null && Fields.SequenceEqual(other.Fields) && Factory?.Type == other.Factory?.Type;

    /// <inheritdoc/>
    public override int GetHashCode() => Fields.Aggregate(0, (hash, field) => HashCode.Combine(hash, field));
}
