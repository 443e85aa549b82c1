using System.Buffers.Binary;
using System.Text;
using Instrumentation.Ebpf.Files;
using Instrumentation.Ebpf.Names;

namespace Instrumentation.Ebpf.Btf;

/// <summary>
/// The types of the kernel, of a kernel module or of an object file. Opening it notes where each type's record is, four bytes a type, and
/// makes no object of any; names are indexed when one is first looked up. Whatever the file says, reading it ends in a value or a
/// <see cref="BadFileException"/>.
/// </summary>
/// <remarks>All members may be called from many threads.</remarks>
internal sealed partial class BtfFile
{
    private readonly byte[] _bytes;
    private readonly int[] _records;
    private readonly StringTable _strings;
    private readonly uint _firstString;
    private NameIndex? _names;

    private BtfFile(byte[] bytes, string name, BtfFile? underneath)
    {
        var layout = BtfLayout.Read(bytes, name);
        _bytes = bytes;
        Name = name;
        Base = underneath;
        FirstId = underneath?.TypeCount ?? 1;
        _firstString = underneath?.StringsEnd ?? 0;
        _strings = new StringTable(bytes.AsMemory(layout.StringsStart, layout.StringsLength));
        _records = FindRecords(layout.TypesStart, layout.TypesEnd);
    }

    /// <summary>The file's path, or what errors shall call it.</summary>
    public string Name { get; }

    /// <summary>The types that this file adds to; null for a file that stands alone.</summary>
    public BtfFile? Base { get; }

    /// <summary>The number of the first type of this file itself.</summary>
    public uint FirstId { get; }

    /// <summary>The number behind the last type: how many there are, void and those of <see cref="Base"/> included.</summary>
    public uint TypeCount => FirstId + (uint)_records.Length;

    /// <summary>The offset behind the last string, those of <see cref="Base"/> included.</summary>
    public uint StringsEnd => _firstString + (uint)_strings.Length;

    /// <summary>The type of what has no value.</summary>
    public BtfType Void => new(this, 0, default);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="underneath">The types that it adds to: those of the kernel, for a module.</param>
    /// <returns>The types.</returns>
    /// <exception cref="BadFileException">The file cannot be read or is no BTF.</exception>
    public static BtfFile Open(string path, BtfFile? underneath = null) => new(FileBytes.ReadAll(path), path, underneath);

    /// <summary>Reads BTF that is in memory.</summary>
    /// <param name="bytes">Its bytes; they must not change.</param>
    /// <param name="name">What errors shall call it.</param>
    /// <param name="underneath">The types that it adds to.</param>
    /// <returns>The types.</returns>
    /// <exception cref="BadFileException">It is no BTF.</exception>
    public static BtfFile Parse(byte[] bytes, string name, BtfFile? underneath = null) => new(bytes, name, underneath);

    /// <summary>One type.</summary>
    /// <param name="id">Its number; 0 is void.</param>
    /// <returns>The type.</returns>
    /// <exception cref="BadFileException">There is no such type.</exception>
    public BtfType GetType(uint id) =>
        TryGetType(id, out BtfType type) ? type : throw Bad(id, $"there is no such type: the file has {TypeCount}.");

    /// <summary>One type.</summary>
    /// <param name="id">Its number; 0 is void.</param>
    /// <param name="type">The type.</param>
    /// <returns>False if there is no such type.</returns>
    public bool TryGetType(uint id, out BtfType type)
    {
        if (id < FirstId)
        {
            if (id != 0 && Base is not null)
            {
                return Base.TryGetType(id, out type);
            }

            type = Void;
            return id == 0;
        }

        uint index = id - FirstId;
        if (index >= (uint)_records.Length)
        {
            type = default;
            return false;
        }

        type = new BtfType(this, id, BtfRecord.Read(_bytes, _records[index]));
        return true;
    }

    /// <summary>Finds a type by name and kind.</summary>
    /// <param name="name">The name.</param>
    /// <param name="kind">The kind.</param>
    /// <returns>The first type of them, of this file before those of <see cref="Base"/>; null for none.</returns>
    public BtfType? Find(string name, BtfKind kind) => Find(Encoding.UTF8.GetBytes(name), kind);

    /// <summary>Finds a type by name and kind.</summary>
    /// <param name="name">The name in UTF-8.</param>
    /// <param name="kind">The kind.</param>
    /// <returns>The first type of them, of this file before those of <see cref="Base"/>; null for none.</returns>
    public BtfType? Find(ReadOnlySpan<byte> name, BtfKind kind)
    {
        NameIndex names = Names;
        for (int index = name.IsEmpty ? -1 : names.First(name); index >= 0; index = names.Next(index))
        {
            BtfType type = GetType(FirstId + (uint)index);
            if (type.Kind == kind && type.NameUtf8.SequenceEqual(name))
            {
                return type;
            }
        }

        return Base?.Find(name, kind);
    }

    /// <summary>Finds all types of a name, of every kind.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The types, those of this file before those of <see cref="Base"/>.</returns>
    public IReadOnlyList<BtfType> FindAll(string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        var found = new List<BtfType>();
        for (BtfFile? file = bytes.Length == 0 ? null : this; file is not null; file = file.Base)
        {
            NameIndex names = file.Names;
            for (int index = names.First(bytes); index >= 0; index = names.Next(index))
            {
                BtfType type = file.GetType(file.FirstId + (uint)index);
                if (type.NameUtf8.SequenceEqual(bytes))
                {
                    found.Add(type);
                }
            }
        }

        return found;
    }

    /// <summary>Finds the types of a kind whose names match a pattern, for example all functions <c>tcp_*</c>.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="kind">The kind.</param>
    /// <returns>The types, those of <see cref="Base"/> first.</returns>
    public IReadOnlyList<BtfType> Match(NamePattern pattern, BtfKind kind)
    {
        List<BtfType> found = Base is null ? [] : [.. Base.Match(pattern, kind)];
        for (uint id = FirstId; id < TypeCount; id++)
        {
            BtfType type = GetType(id);
            if (type.Kind == kind && pattern.Matches(type.NameUtf8))
            {
                found.Add(type);
            }
        }

        return found;
    }

    /// <summary>The names that a misspelt one may have meant.</summary>
    /// <param name="wanted">The name that was not found.</param>
    /// <param name="kind">The kind of types that are meant.</param>
    /// <returns>Names, best first; empty when none is near.</returns>
    public IReadOnlyList<string> Nearest(string wanted, BtfKind kind)
    {
        var nearest = new NearestSymbols(wanted);
        for (BtfFile? file = this; file is not null; file = file.Base)
        {
            for (uint id = file.FirstId; id < file.TypeCount; id++)
            {
                BtfType type = file.GetType(id);
                if (type.Kind == kind)
                {
                    nearest.Offer(type.NameUtf8);
                }
            }
        }

        return nearest.Names;
    }

    /// <summary>The string at an offset.</summary>
    /// <param name="offset">The offset, counted through the strings of <see cref="Base"/>.</param>
    /// <returns>Its bytes; none if the offset is beyond the strings.</returns>
    public ReadOnlySpan<byte> NameAt(uint offset) => offset < _firstString ? Base!.NameAt(offset) : _strings.At(offset - _firstString);

    private NameIndex Names => _names ??= NameIndex.Build(new TypeNames(this));

    private int[] FindRecords(int start, int end)
    {
        int[] records = new int[Math.Max(16, (end - start) / 32)];
        int count = 0;
        for (int at = start; at < end; count++)
        {
            int size = end - at < BtfRecord.HeadSize ? int.MaxValue : BtfRecord.Read(_bytes, at).PartsSize;
            if (size < 0)
            {
                throw new BadFileException(
                    Name,
                    $"type {FirstId + (uint)count}",
                    at,
                    $"it is of kind {(int)BtfRecord.Read(_bytes, at).Kind}, which is not known: the size of its record cannot be told.",
                    "Report the kernel or compiler that made the file: a newer version of this library may know the kind.");
            }

            if (size > end - at - BtfRecord.HeadSize)
            {
                throw new BadFileException(Name, $"type {FirstId + (uint)count}", at, "its record reaches beyond the end of the types.");
            }

            if (count == records.Length)
            {
                Array.Resize(ref records, count + (count / 2));
            }

            records[count] = at;
            at += BtfRecord.HeadSize + size;
        }

        Array.Resize(ref records, count);
        return records;
    }

    private readonly struct TypeNames(BtfFile file) : INameSource
    {
        public int Count => file._records.Length;

        public ReadOnlySpan<byte> NameOf(int number) =>
            file.NameAt(BinaryPrimitives.ReadUInt32LittleEndian(file._bytes.AsSpan(file._records[number])));
    }
}
