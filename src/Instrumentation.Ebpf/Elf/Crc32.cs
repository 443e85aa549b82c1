namespace Instrumentation.Ebpf.Elf;

/// <summary>The checksum by which .gnu_debuglink knows its file: CRC-32 as in ISO 3309 (polynomial 0x04C11DB7, reflected).</summary>
internal static class Crc32
{
    private static readonly uint[] Table = MakeTable();

    /// <summary>Continues a checksum.</summary>
    /// <param name="crc">The checksum so far; 0 to begin.</param>
    /// <param name="bytes">The bytes that come next.</param>
    /// <returns>The checksum with them.</returns>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        foreach (byte next in bytes)
        {
            crc = Table[(byte)(crc ^ next)] ^ (crc >> 8);
        }

        return ~crc;
    }

    /// <summary>The checksum of a file, read in pieces.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The checksum.</returns>
    /// <exception cref="BadFileException">The file cannot be read.</exception>
    public static uint Of(ElfFile file)
    {
        const int Piece = 1 << 16;
        uint crc = 0;
        for (long offset = 0; offset < file.Length; offset += Piece)
        {
            crc = Append(crc, file.Read((ulong)offset, (ulong)Math.Min(Piece, file.Length - offset), "the checksum").Span);
        }

        return crc;
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
            }

            table[i] = value;
        }

        return table;
    }
}
