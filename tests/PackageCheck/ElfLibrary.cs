using System.Buffers.Binary;
using System.Text;

namespace PackageCheck;

/// <summary>What matters of a 64-bit little-endian shared library: its header, segments, dynamic section and dynamic symbols.</summary>
internal sealed class ElfLibrary
{
    private const int DynamicSegment = 2;
    private const int SymbolSection = 11;
    private const int VersionNeedsSection = 0x6FFFFFFE;

    private readonly byte[] _bytes;
    private readonly List<(int Type, long Offset, long Size, int Link, long Count)> _sections = [];

    /// <summary>Reads a library.</summary>
    /// <param name="bytes">The file.</param>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public ElfLibrary(byte[] bytes)
    {
        _bytes = bytes;
        if (bytes.Length < 64 || !bytes.AsSpan().StartsWith("\u007fELF\u0002\u0001"u8))
        {
            throw new InvalidDataException("no 64-bit little-endian ELF file");
        }

        try
        {
            (Type, Machine) = (Short(16), Short(18));
            ReadSegments();
            ReadSections();
            ReadSymbols();
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new InvalidDataException("a part lies outside of the file", error);
        }
    }

    /// <summary>What kind of file it is; 3 is a shared library.</summary>
    public int Type { get; }

    /// <summary>The processor; 62 is x86-64, 183 is AArch64.</summary>
    public int Machine { get; }

    /// <summary>The segments' types and flags (1 execute, 2 write, 4 read).</summary>
    public List<(uint Type, int Flags)> Segments { get; } = [];

    /// <summary>The dynamic section.</summary>
    public List<(long Tag, long Value)> Dynamic { get; } = [];

    /// <summary>The libraries that it is linked with.</summary>
    public List<string> Needed { get; } = [];

    /// <summary>The names that it offers.</summary>
    public List<string> Exports { get; } = [];

    /// <summary>The names that it needs, and whether it loads without.</summary>
    public List<(string Name, bool Weak)> Imports { get; } = [];

    /// <summary>The versions of other libraries' symbols that it needs.</summary>
    public List<string> Versions { get; } = [];

    private void ReadSegments()
    {
        (long start, int size, int count) = (Long(32), Short(54), Short(56));
        for (int i = 0; i < count; i++)
        {
            int at = (int)start + (i * size);
            Segments.Add(((uint)Int(at), Int(at + 4)));
            if (Int(at) != DynamicSegment)
            {
                continue;
            }

            for (int entry = (int)Long(at + 8); Long(entry) != 0; entry += 16)
            {
                Dynamic.Add((Long(entry), Long(entry + 8)));
            }
        }
    }

    private void ReadSections()
    {
        (long start, int size, int count) = (Long(40), Short(58), Short(60));
        for (int i = 0; i < count; i++)
        {
            int at = (int)start + (i * size);
            _sections.Add((Int(at + 4), Long(at + 24), Long(at + 32), Int(at + 40), Int(at + 44)));
        }
    }

    private void ReadSymbols()
    {
        (_, long offset, long size, int link, _) = _sections.Single(static section => section.Type == SymbolSection);
        for (int at = (int)offset + 24; at < offset + size; at += 24)
        {
            string name = Name(link, Int(at));
            int binding = _bytes[at + 4] >> 4;
            if (name.Length > 0 && binding != 0)
            {
                if (Short(at + 6) == 0)
                {
                    Imports.Add((name, binding == 2));
                }
                else
                {
                    Exports.Add(name);
                }
            }
        }

        Needed.AddRange(Dynamic.Where(static entry => entry.Tag == 1).Select(entry => Name(link, (int)entry.Value)));
        foreach ((_, long needs, _, int strings, long libraries) in _sections.Where(static section => section.Type == VersionNeedsSection))
        {
            ReadVersions((int)needs, strings, libraries);
        }
    }

    // A chain of libraries, each with a chain of the versions that are needed of it.
    private void ReadVersions(int library, int strings, long libraries)
    {
        for (long i = 0; i < libraries; i++, library += Int(library + 12))
        {
            int version = library + Int(library + 8);
            for (int k = 0; k < Short(library + 2); k++, version += Int(version + 12))
            {
                Versions.Add(Name(strings, Int(version + 8)));
            }
        }
    }

    private string Name(int section, int offset)
    {
        ReadOnlySpan<byte> from = _bytes.AsSpan((int)_sections[section].Offset + offset);
        return Encoding.UTF8.GetString(from[..from.IndexOf((byte)0)]);
    }

    private int Short(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(at));

    private int Int(int at) => BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(at));

    private long Long(int at) => BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(at));
}
