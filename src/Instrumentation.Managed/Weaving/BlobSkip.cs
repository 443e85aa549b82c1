using System.Reflection.Metadata;

namespace Instrumentation.Managed.Weaving;

/// <summary>Steps over types in signature blobs (ECMA-335, II.23.2.12) by counting what is still to come, so that no blob can exhaust the stack.</summary>
internal static class BlobSkip
{
    private const byte ValueType = 0x11;
    private const byte Class = 0x12;
    private const byte Sentinel = 0x41;
    private const byte Pinned = 0x45;

    /// <summary>Steps over one type.</summary>
    /// <param name="reader">Stands at the type; behind it afterwards.</param>
    public static void Type(ref BlobReader reader)
    {
        // An array's shape stands behind its element type, which may be anything: what is to come after it waits here.
        Stack<int>? arrays = null;
        int toCome = 1;
        while (true)
        {
            if (toCome == 0)
            {
                if (arrays is null || !arrays.TryPop(out toCome))
                {
                    return;
                }

                Shape(ref reader);
                continue;
            }

            byte element = reader.ReadByte();
            if (element == (byte)SignatureTypeCode.Array)
            {
                (arrays ??= []).Push(toCome - 1);
                toCome = 1;
            }
            else
            {
                toCome += More(element, ref reader) - 1;
            }
        }
    }

    // How many types an element takes behind it.
    private static int More(byte element, ref BlobReader reader)
    {
        switch (element)
        {
            case (byte)SignatureTypeCode.RequiredModifier or (byte)SignatureTypeCode.OptionalModifier:
                reader.ReadCompressedInteger();
                return 1;
            case (byte)SignatureTypeCode.Pointer or (byte)SignatureTypeCode.ByReference or (byte)SignatureTypeCode.SZArray or Sentinel or Pinned:
                return 1;
            case ValueType or Class or (byte)SignatureTypeCode.GenericTypeParameter or (byte)SignatureTypeCode.GenericMethodParameter:
                reader.ReadCompressedInteger();
                return 0;
            case (byte)SignatureTypeCode.GenericTypeInstance:
                reader.ReadByte();
                reader.ReadCompressedInteger();
                return reader.ReadCompressedInteger();
            case (byte)SignatureTypeCode.FunctionPointer:
                if (reader.ReadSignatureHeader().IsGeneric)
                {
                    reader.ReadCompressedInteger();
                }

                return reader.ReadCompressedInteger() + 1;
            default:
                return 0;
        }
    }

    private static void Shape(ref BlobReader reader)
    {
        reader.ReadCompressedInteger();
        for (int numbers = 0; numbers < 2; numbers++)
        {
            for (int count = reader.ReadCompressedInteger(); count > 0; count--)
            {
                reader.ReadCompressedInteger();
            }
        }
    }
}
