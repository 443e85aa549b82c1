using System.Runtime.InteropServices;
using Iced.Intel;
using Instrumentation.Ebpf.Elf;

namespace Instrumentation.Ebpf.Points.Functions;

/// <summary>The instructions of a function, as far as they can be decoded.</summary>
internal sealed class FunctionCode
{
    // A function without a size is decoded this far; the longest checks need the whole function, and go without it then.
    private const ulong UnknownSize = 4096;

    // Whatever sizes a file claims, looking at all of its functions takes bounded time.
    private const ulong MostBytes = 128 * 1024;

    private readonly ReadOnlyMemory<byte> _bytes;

    private FunctionCode(ulong address, ReadOnlyMemory<byte> bytes, bool isWhole)
    {
        Address = address;
        IsWhole = isWhole;
        _bytes = bytes;
    }

    /// <summary>Whether this process's instructions are what Iced decodes.</summary>
    public static bool IsX64 => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>The function's virtual address.</summary>
    public ulong Address { get; }

    /// <summary>The address behind what is here.</summary>
    public ulong End => Address + (ulong)_bytes.Length;

    /// <summary>Whether its size is known, so that all its instructions are here.</summary>
    public bool IsWhole { get; }

    /// <summary>The instructions in order; ends before the first that is none.</summary>
    public IEnumerable<Instruction> Instructions
    {
        get
        {
            MemoryMarshal.TryGetArray(_bytes, out ArraySegment<byte> bytes);
            Decoder decoder = Decoder.Create(64, new ByteArrayCodeReader(bytes), Address);
            while (decoder.IP < End)
            {
                Instruction instruction = decoder.Decode();
                if (instruction.IsInvalid)
                {
                    yield break;
                }

                yield return instruction;
            }
        }
    }

    /// <summary>Reads a function.</summary>
    /// <param name="file">The file.</param>
    /// <param name="address">Its virtual address.</param>
    /// <param name="size">Its size; 0 when it is not known.</param>
    /// <param name="most">The most bytes to read.</param>
    /// <returns>The function; null when no instructions of the file are loaded there.</returns>
    /// <exception cref="BadFileException">The code is not inside the file.</exception>
    public static FunctionCode? Read(ElfFile file, ulong address, ulong size, ulong most = MostBytes)
    {
        foreach (ElfSegment segment in file.Segments)
        {
            if (segment.Type == ElfSegmentType.Load && segment.IsExecutable && address >= segment.Address && address - segment.Address < segment.FileSize)
            {
                ulong room = segment.FileSize - (address - segment.Address);
                ulong length = Math.Min(room, size == 0 ? UnknownSize : Math.Min(size, most));
                byte[] bytes = file.Read(address - segment.Address + segment.Offset, length, "code").ToArray();
                return new FunctionCode(address, bytes, size != 0 && length == size);
            }
        }

        return null;
    }

    /// <summary>The bytes of an instruction.</summary>
    /// <param name="instruction">One of <see cref="Instructions"/>.</param>
    /// <returns>Its bytes.</returns>
    public ReadOnlySpan<byte> BytesOf(in Instruction instruction) => _bytes.Span.Slice((int)(instruction.IP - Address), instruction.Length);
}
