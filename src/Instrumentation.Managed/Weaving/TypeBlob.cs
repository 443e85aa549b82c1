using System.Reflection.Metadata;

namespace Instrumentation.Managed.Weaving;

/// <summary>Cuts types out of signature blobs without decoding them (ECMA-335, II.23.2): weaving copies types into new signatures byte by byte.</summary>
internal static class TypeBlob
{
    private const byte Sentinel = 0x41;

    /// <summary>The return type and the parameter types of a method's signature, modifiers included.</summary>
    /// <param name="signature">A method signature.</param>
    /// <returns>The return type's bytes and each parameter's.</returns>
    public static unsafe (byte[] Return, byte[][] Parameters) SplitMethod(ReadOnlySpan<byte> signature)
    {
        fixed (byte* start = signature)
        {
            // SAFETY: the reader is bounded by the span's length and does not outlive the pin.
            BlobReader reader = new(start, signature.Length);
            byte convention = reader.ReadByte();
            if ((convention & 0x10) != 0)
            {
                reader.ReadCompressedInteger();
            }

            int count = reader.ReadCompressedInteger();
            byte[] returned = Cut(ref reader);
            byte[][] parameters = new byte[count][];
            for (int i = 0; i < count; i++)
            {
                parameters[i] = Cut(ref reader);
            }

            return (returned, parameters);
        }
    }

    /// <summary>The number of locals in a signature of locals, and the bytes of their types.</summary>
    /// <param name="signature">A signature of locals.</param>
    /// <returns>The count, and all types together.</returns>
    public static unsafe (int Count, byte[] Types) SplitLocals(ReadOnlySpan<byte> signature)
    {
        fixed (byte* start = signature)
        {
            // SAFETY: the reader is bounded by the span's length and does not outlive the pin.
            BlobReader reader = new(start, signature.Length);
            if (reader.ReadByte() != (byte)SignatureKind.LocalVariables)
            {
                throw new BadIlException("the signature of the locals is not one");
            }

            int count = reader.ReadCompressedInteger();
            return (count, signature[reader.Offset..].ToArray());
        }
    }

    /// <summary>A type without the custom modifiers in front of it.</summary>
    /// <param name="type">A type's bytes.</param>
    /// <returns>The type's bytes from its element type on.</returns>
    public static unsafe ReadOnlySpan<byte> WithoutModifiers(byte[] type)
    {
        fixed (byte* start = type)
        {
            // SAFETY: the reader is bounded by the array's length and does not outlive the pin.
            BlobReader reader = new(start, type.Length);
            while (type[reader.Offset] is (byte)SignatureTypeCode.RequiredModifier or (byte)SignatureTypeCode.OptionalModifier)
            {
                reader.ReadByte();
                reader.ReadCompressedInteger();
            }

            return type.AsSpan(reader.Offset);
        }
    }

    /// <summary>Appends an unsigned number in its compressed form.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="value">The number, below 2^29.</param>
    public static void AppendCompressed(List<byte> blob, int value)
    {
        if (value < 0x80)
        {
            blob.Add((byte)value);
        }
        else if (value < 0x4000)
        {
            blob.AddRange([(byte)(0x80 | (value >> 8)), (byte)value]);
        }
        else
        {
            blob.AddRange([(byte)(0xC0 | (value >> 24)), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);
        }
    }

    /// <summary>A generic type definition over its own type parameters: what the type calls itself in its own code.</summary>
    /// <param name="definition">The definition.</param>
    /// <returns>The type's bytes.</returns>
    public static byte[] OverItself(Type definition)
    {
        List<byte> type = [0x15, definition.IsValueType ? (byte)0x11 : (byte)0x12];
        AppendCompressed(type, HookCallEmitter.CodedToken(definition.MetadataToken));
        int arity = definition.GetGenericArguments().Length;
        AppendCompressed(type, arity);
        for (int i = 0; i < arity; i++)
        {
            type.Add(0x13);
            AppendCompressed(type, i);
        }

        return [.. type];
    }

    private static unsafe byte[] Cut(ref BlobReader reader)
    {
        if (reader.CurrentPointer[0] == Sentinel)
        {
            throw new BadIlException("the method has variable arguments");
        }

        int from = reader.Offset;
        BlobSkip.Type(ref reader);
        int length = reader.Offset - from;
        reader.Offset = from;
        return reader.ReadBytes(length);
    }
}
