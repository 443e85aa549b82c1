namespace Instrumentation.Ebpf.Points.Tracepoints;

/// <summary>How a field of a tracepoint's record lies.</summary>
internal enum TracepointFieldKind
{
    /// <summary>A number or an address, in place.</summary>
    Number,

    /// <summary>An array, or anything else that is no number, in place.</summary>
    Array,

    /// <summary>An array elsewhere in the record: the field is {16 bits: where, from the record's start; 16 bits: bytes}.</summary>
    Located,

    /// <summary>An array elsewhere in the record: as <see cref="Located"/>, but from the field's end.</summary>
    LocatedBehind,
}

/// <summary>A field of a tracepoint's record, as the format file describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type as the file writes it, without name, length and place.</param>
/// <param name="Kind">How it lies.</param>
/// <param name="Offset">Where it begins in the record, in bytes.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="IsSigned">Whether it, or an element of it, is a signed number.</param>
/// <param name="Length">How many elements an array in place has; 0 when that is not known.</param>
internal sealed record TracepointField(string Name, string Type, TracepointFieldKind Kind, int Offset, int Size, bool IsSigned, int Length = 0)
{
    /// <summary>Whether it is an array of characters.</summary>
    public bool IsText => Kind != TracepointFieldKind.Number && Type is "char" or "const char";

    /// <summary>The bytes of an element of an array in place; 0 when that is not known, or it is none.</summary>
    public int ElementSize => Length > 0 && Size % Length == 0 ? Size / Length : 0;
}
