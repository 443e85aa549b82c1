namespace Instrumentation.Events;

/// <summary>
/// How a captured field lies in a record. All but strings and objects take 8 bytes, little-endian.
/// A string is {int units written, or -1 for null; int units of the original} and then the UTF-16 units, padded with zeros to 8 bytes.
/// </summary>
public enum FieldKind : byte
{
    /// <summary>A signed integer, enum or char, sign- or zero-extended from its own width to 64 bits.</summary>
    Int64,

    /// <summary>An unsigned 64-bit integer or native-sized one.</summary>
    UInt64,

    /// <summary>A double; a float is widened.</summary>
    Double,

    /// <summary>0 or 1.</summary>
    Boolean,

    /// <summary>A duration in nanoseconds.</summary>
    Duration,

    /// <summary>A machine-code address of this process.</summary>
    CodeAddress,

    /// <summary>UTF-16 text, cut at the session's limit.</summary>
    String,
}
