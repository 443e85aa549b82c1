using System.Buffers.Binary;
using Instrumentation.Ebpf.Files;

namespace Instrumentation.Ebpf.Elf;

/// <summary>The dynamic linker's cache of libraries (/etc/ld.so.cache), in the format of glibc since 2.2.</summary>
internal static class LibraryCache
{
    private const int HeaderSize = 48;
    private const int EntrySize = 24;
    private const int OldHeaderSize = 16;
    private const int OldEntrySize = 12;

    /// <summary>Reads the cache.</summary>
    /// <param name="cache">Its bytes.</param>
    /// <returns>The names of libraries with their paths, in the order of the cache; none if it is of another format.</returns>
    public static IEnumerable<(string Name, string Path)> Read(byte[] cache)
    {
        // An older format may stand before the one that is read here; strings count from where the newer one begins.
        int start = NewFormatAt(cache);
        if (start < 0)
        {
            yield break;
        }

        uint count = BinaryPrimitives.ReadUInt32LittleEndian(cache.AsSpan(start + 20));
        var strings = new StringTable(cache.AsMemory(start));
        for (uint i = 0; i < count && start + HeaderSize + ((i + 1L) * EntrySize) <= cache.Length; i++)
        {
            int at = start + HeaderSize + (int)(i * EntrySize);
            string name = strings.TextAt(BinaryPrimitives.ReadUInt32LittleEndian(cache.AsSpan(at + 4)));
            string path = strings.TextAt(BinaryPrimitives.ReadUInt32LittleEndian(cache.AsSpan(at + 8)));
            if (name.Length > 0 && path.StartsWith('/'))
            {
                yield return (name, path);
            }
        }
    }

    private static int NewFormatAt(ReadOnlySpan<byte> cache)
    {
        int start = 0;
        if (cache.Length >= OldHeaderSize && cache.StartsWith("ld.so-1.7.0"u8))
        {
            long end = OldHeaderSize + ((long)BinaryPrimitives.ReadUInt32LittleEndian(cache[12..]) * OldEntrySize);
            if (end > cache.Length)
            {
                return -1;
            }

            start = ((int)end + 7) & ~7;
        }

        return cache.Length - start >= HeaderSize && cache[start..].StartsWith("glibc-ld.so.cache1.1"u8) ? start : -1;
    }
}
