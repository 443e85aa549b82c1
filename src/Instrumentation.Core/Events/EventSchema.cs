using Instrumentation.Expressions;

namespace Instrumentation.Events;

/// <summary>A field of a probe's events.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">How it lies in the record.</param>
/// <param name="Type">The CLR type that reading gives.</param>
public sealed record EventField(string Name, FieldKind Kind, Type Type);

/// <summary>What the records of a probe hold after their header.</summary>
/// <param name="Fields">The fields in record order.</param>
public sealed record EventSchema(IReadOnlyList<EventField> Fields)
{
    /// <summary>The schema of events without captured fields.</summary>
    public static EventSchema Empty { get; } = new([]);

    /// <summary>The schema of what a capture records.</summary>
    /// <param name="capture">The capture, or null.</param>
    /// <returns>The schema.</returns>
    /// <exception cref="ExpressionException">A captured value has a type that cannot be recorded.</exception>
    public static EventSchema Of(CaptureShape? capture) => capture is null
        ? Empty
        : new([.. capture.Fields.Select(field => new EventField(field.Name, KindOf(field), field.Value.Type))]);

    private static FieldKind KindOf(CaptureField field)
    {
        Type type = field.Value.Type;
        type = type.IsEnum ? Enum.GetUnderlyingType(type) : type;
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => FieldKind.Boolean,
            TypeCode.SByte or TypeCode.Int16 or TypeCode.Int32 or TypeCode.Int64 or TypeCode.Byte or TypeCode.UInt16 or TypeCode.UInt32 or TypeCode.Char => FieldKind.Int64,
            TypeCode.UInt64 => FieldKind.UInt64,
            TypeCode.Single or TypeCode.Double => FieldKind.Double,
            TypeCode.String => FieldKind.String,
            _ when type == typeof(nint) => FieldKind.Int64,
            _ when type == typeof(nuint) => FieldKind.UInt64,
            _ when type == typeof(TimeSpan) => FieldKind.Duration,
            _ when type == typeof(CodeAddress) => FieldKind.CodeAddress,
            _ => throw new ExpressionException(
                field.Name,
                $"a value of type {type} cannot be recorded.",
                "Capture numbers, enums, bool, char, string, TimeSpan or the caller: read the fields of the object that matter, or its type's name with GetType().FullName."),
        };
    }
}
