using System.Globalization;

namespace Instrumentation.Ebpf.Elf;

/// <summary>One mapping of a process's memory: a line of /proc/PID/maps.</summary>
/// <param name="Start">The first address.</param>
/// <param name="End">The address behind the last one.</param>
/// <param name="IsExecutable">Whether instructions in it can run.</param>
/// <param name="IsWritable">Whether it can be written.</param>
/// <param name="Offset">Where it begins in the file.</param>
/// <param name="Inode">The file's inode; 0 for memory without a file.</param>
/// <param name="Path">The file as the process sees it, or a name in brackets; empty for none.</param>
/// <param name="IsDeleted">Whether the file was deleted or replaced after it was mapped.</param>
internal readonly record struct ProcessMap(
    ulong Start,
    ulong End,
    bool IsExecutable,
    bool IsWritable,
    ulong Offset,
    ulong Inode,
    string Path,
    bool IsDeleted)
{
    private const string DeletedMark = " (deleted)";

    /// <summary>Reads the mappings of a process.</summary>
    /// <param name="process">The process's id, or <c>self</c>.</param>
    /// <returns>The mappings by rising address; none if the process has ended or may not be looked at.</returns>
    public static IReadOnlyList<ProcessMap> Read(string process)
    {
        var maps = new List<ProcessMap>();
        try
        {
            foreach (string line in File.ReadLines($"/proc/{process}/maps"))
            {
                if (TryParse(line, out ProcessMap map))
                {
                    maps.Add(map);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Reading on when the process ends in between fails too; what was read of it is of no use then.
            maps.Clear();
        }

        return maps;
    }

    /// <summary>Reads one line: <c>start-end rwxp offset major:minor inode   path</c>.</summary>
    /// <param name="line">The line.</param>
    /// <param name="map">The mapping.</param>
    /// <returns>False if the line is not of that form.</returns>
    public static bool TryParse(ReadOnlySpan<char> line, out ProcessMap map)
    {
        map = default;
        ReadOnlySpan<char> range = Next(ref line);
        int dash = range.IndexOf('-');
        ReadOnlySpan<char> rights = Next(ref line);
        ReadOnlySpan<char> offsetText = Next(ref line);
        Next(ref line);
        ReadOnlySpan<char> inodeText = Next(ref line);
        if (dash < 0
            || rights.Length < 4
            || !TryHex(range[..dash], out ulong start)
            || !TryHex(range[(dash + 1)..], out ulong end)
            || !TryHex(offsetText, out ulong offset)
            || !ulong.TryParse(inodeText, NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode))
        {
            return false;
        }

        ReadOnlySpan<char> path = line.TrimStart(' ');
        bool isDeleted = path.EndsWith(DeletedMark);
        string name = (isDeleted ? path[..^DeletedMark.Length] : path).ToString().Replace("\\012", "\n", StringComparison.Ordinal);
        map = new ProcessMap(start, end, rights[2] == 'x', rights[1] == 'w', offset, inode, name, isDeleted);
        return true;
    }

    private static bool TryHex(ReadOnlySpan<char> text, out ulong value) => ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    private static ReadOnlySpan<char> Next(ref ReadOnlySpan<char> line)
    {
        int end = line.IndexOf(' ');
        ReadOnlySpan<char> next = end < 0 ? line : line[..end];
        line = end < 0 ? default : line[(end + 1)..];
        return next;
    }
}
