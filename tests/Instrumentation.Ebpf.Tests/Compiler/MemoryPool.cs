using System.Runtime.InteropServices;
using System.Text;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Tests.Compiler;

/// <summary>Memory of this process that programs read: texts and numbers, and addresses where there is nothing.</summary>
internal sealed unsafe class MemoryPool : IDisposable
{
    private const int Size = 16 * 1024;
    private const int DataSize = 256;
    private static readonly ulong[] Nowhere = [1, 4096, 0xdead_beef_0000_0000, 0xffff_8000_0000_0000, ulong.MaxValue];

    private readonly byte* _start = (byte*)NativeMemory.Alloc(Size);
    private readonly List<ulong> _texts = [];
    private readonly Random _random;
    private int _used = DataSize;

    public MemoryPool(Random random, IEnumerable<string> texts)
    {
        _random = random;
        random.NextBytes(new Span<byte>(_start, Size));
        foreach (string text in texts)
        {
            _texts.Add(Write(text));
        }
    }

    /// <summary>The address of a text, or, now and then, null or of nothing.</summary>
    public nint Text() => _random.Next(8) switch
    {
        0 => 0,
        1 => (nint)Nowhere[_random.Next(Nowhere.Length)],
        _ => (nint)_texts[_random.Next(_texts.Count)],
    };

    /// <summary>The address of eight bytes at random, or, now and then, null or of nothing.</summary>
    public nint Data() => _random.Next(8) switch
    {
        0 => 0,
        1 => (nint)Nowhere[_random.Next(Nowhere.Length)],
        _ => (nint)(_start + _random.Next(DataSize - sizeof(long))),
    };

    /// <summary>Puts a text into the memory.</summary>
    public ulong Write(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + "\0");

        // SAFETY: the slice throws when the text does not fit.
        bytes.CopyTo(new Span<byte>(_start, Size)[_used..]);
        ulong address = (ulong)(_start + _used);
        _used += bytes.Length;
        return address;
    }

    /// <summary>Reads as the interpreter shall see it.</summary>
    public bool TryRead(ulong address, Type type, int mostStringBytes, out object? value)
    {
        value = null;
        ulong offset = address - (ulong)_start;
        if (offset > Size - sizeof(long))
        {
            return false;
        }

        // SAFETY: the offset is within the memory, with eight bytes behind it at least.
        ReadOnlySpan<byte> bytes = new ReadOnlySpan<byte>(_start, Size)[(int)offset..];
        TypeCode code = ExpressionTypes.RepresentationOf(type);
        long bits = MemoryMarshal.Read<long>(bytes);
        value = type == typeof(string) ? Encoding.UTF8.GetString(bytes[..Math.Min(bytes.IndexOf((byte)0), mostStringBytes)])
            : code == TypeCode.Boolean ? bytes[0] != 0
            : NumberConversion.FromBits(bits, code);
        return true;
    }

    public void Dispose() => NativeMemory.Free(_start);
}
