using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Instrumentation.Core.Tests.Fakes;

/// <summary>Writes captured values as hooks do.</summary>
internal static class FakeFields
{
    public static byte[] Of(params object?[] values)
    {
        using MemoryStream stream = new();
        foreach (object? value in values)
        {
            stream.Write(value is string or null ? Text((string?)value) : Number(value));
        }

        return stream.ToArray();
    }

    private static byte[] Number(object value)
    {
        long bits = value switch
        {
            bool flag => flag ? 1 : 0,
            char unit => unit,
            float single => BitConverter.DoubleToInt64Bits(single),
            double number => BitConverter.DoubleToInt64Bits(number),
            ulong number => (long)number,
            nint number => number,
            nuint number => (long)number,
            TimeSpan duration => duration.Ticks * 100,
            CodeAddress address => (long)address.Value,
            Enum member => Convert.ToInt64(member),
            _ => Convert.ToInt64(value),
        };
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bits);
        return bytes;
    }

    private static byte[] Text(string? text)
    {
        byte[] bytes = new byte[8 + (((text?.Length ?? 0) * 2 + 7) & ~7)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, text?.Length ?? -1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), text?.Length ?? 0);
        MemoryMarshal.AsBytes(text.AsSpan()).CopyTo(bytes.AsSpan(8));
        return bytes;
    }
}
