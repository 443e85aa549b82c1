using System.Reflection.Metadata;

namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>Reads the types of signature blobs as classes of stack values (ECMA-335, II.23.2). Without recursion, whatever the blob.</summary>
internal static class SignatureTypes
{
    private const int ExplicitThis = 0x40;
    private const byte Sentinel = 0x41;

    /// <summary>Reads one type.</summary>
    /// <param name="reader">Stands at the type; behind it afterwards.</param>
    /// <param name="names">Tells what a named value type is.</param>
    /// <returns>The class of its values.</returns>
    public static StackTypes Read(ref BlobReader reader, TypeNames names)
    {
        int from = reader.Offset;
        BlobSkip.Type(ref reader);
        int behind = reader.Offset;
        reader.Offset = from;
        StackTypes read = First(ref reader, names);
        reader.Offset = behind;
        return read;
    }

    /// <summary>Reads a method's signature, that of a call site included.</summary>
    /// <param name="reader">Stands at the signature.</param>
    /// <param name="names">Tells what a named value type is.</param>
    /// <param name="owner">The class of the declaring type's values.</param>
    /// <returns>The signature.</returns>
    public static CallShape ReadMethod(BlobReader reader, TypeNames names, StackTypes owner)
    {
        SignatureHeader header = reader.ReadSignatureHeader();
        if (header.Kind != SignatureKind.Method)
        {
            throw new BadImageFormatException("a signature is not that of a method");
        }

        if (header.IsGeneric)
        {
            reader.ReadCompressedInteger();
        }

        StackTypes[] parameters = new StackTypes[Count(ref reader)];
        StackTypes result = Read(ref reader, names);
        for (int i = 0; i < parameters.Length; i++)
        {
            parameters[i] = Read(ref reader, names);
        }

        return new CallShape(header.IsInstance && (header.RawValue & ExplicitThis) == 0, parameters, result, owner);
    }

    /// <summary>Reads a signature of locals.</summary>
    /// <param name="reader">Stands at the signature.</param>
    /// <param name="names">Tells what a named value type is.</param>
    /// <returns>The class of each local.</returns>
    public static StackTypes[] ReadLocals(BlobReader reader, TypeNames names)
    {
        if (reader.ReadSignatureHeader().Kind != SignatureKind.LocalVariables)
        {
            throw new BadImageFormatException("a signature is not that of locals");
        }

        StackTypes[] locals = new StackTypes[Count(ref reader)];
        for (int i = 0; i < locals.Length; i++)
        {
            locals[i] = Read(ref reader, names);
        }

        return locals;
    }

    private static int Count(ref BlobReader reader)
    {
        int count = reader.ReadCompressedInteger();
        return count <= reader.RemainingBytes ? count : throw new BadImageFormatException("a signature is cut short");
    }

    private static StackTypes First(ref BlobReader reader, TypeNames names)
    {
        while (true)
        {
            byte element = reader.ReadByte();
            switch (element)
            {
                case 0x1F or 0x20:
                    reader.ReadCompressedInteger();
                    continue;
                case 0x45 or Sentinel:
                    continue;
                case 0x15:
                    continue;
                case 0x11:
                    return names.OfValueType(reader.ReadTypeHandle());
                default:
                    return OfElement(element);
            }
        }
    }

    private static StackTypes OfElement(byte element) => element switch
    {
        0x01 => StackTypes.None,
        >= 0x02 and <= 0x09 => StackTypes.Int32,
        0x0A or 0x0B => StackTypes.Int64,
        0x0C or 0x0D => StackTypes.Float,
        0x0E or 0x12 or 0x14 or 0x1C or 0x1D => StackTypes.Object,
        0x10 => StackTypes.Pointer,
        0x0F or 0x18 or 0x19 or 0x1B => StackTypes.NativeInt,
        0x16 => StackTypes.Value,
        _ => StackTypes.Unknown,
    };
}
