using System.Globalization;
using System.Text;

namespace Instrumentation.Ebpf.Stacks;

/// <summary>
/// The methods that a runtime has compiled, from the perf map that it appends to: lines of <c>start size name</c>, in hexadecimal. Each reading goes on where
/// the last one ended; where lines overlap, the later one counts, because code that was freed makes room for other code. However long the file is, no more
/// than a bound of it is kept.
/// </summary>
/// <param name="path">The file; it need not exist yet.</param>
internal sealed class PerfMapFile(string path)
{
    private const int MostMethods = 1 << 20;
    private const int MostNameBytes = 128 << 20;
    private const int LongestLine = 16 * 1024;

    // Ranges that begin before an address and end before it, which are passed over in search of one that holds it.
    private const int MostNested = 16;

    private readonly List<Method> _methods = [];
    private readonly MemoryStream _names = new();
    private int[] _order = [];
    private long _position;

    /// <summary>How many methods are known.</summary>
    public int Count => _methods.Count;

    /// <summary>The perf map of a process.</summary>
    /// <param name="processId">The process.</param>
    /// <returns>Where it is, or would be.</returns>
    public static string PathOf(int processId)
    {
        if (processId == Environment.ProcessId)
        {
            return RuntimePerfMap.FilePath;
        }

        string inside = StackNames.ReadOf(processId, "status") is { } status && status.Split('\n').FirstOrDefault(static line => line.StartsWith("NSpid:", StringComparison.Ordinal)) is { } line
            ? line[(line.LastIndexOf('\t') + 1)..]
            : processId.ToString(CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/root/tmp/perf-{inside}.map");
    }

    /// <summary>Reads what the runtime has written since the last time.</summary>
    public void Refresh()
    {
        int before = _methods.Count;
        try
        {
            if (File.Exists(path))
            {
                using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
                Read(file);
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // What was read is kept; the next reading goes on behind it.
        }

        if (_methods.Count != before)
        {
            ulong[] starts = [.. _methods.Select(static method => method.Start)];
            _order = [.. Enumerable.Range(0, starts.Length)];
            Array.Sort(starts, _order);
        }
    }

    /// <summary>Finds the method at an address.</summary>
    /// <param name="address">The address.</param>
    /// <returns>The text of the last line whose range holds it; null for none.</returns>
    public string? Find(ulong address)
    {
        int low = 0;
        int high = _order.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _methods[_order[middle]].Start <= address ? (middle + 1, high) : (low, middle);
        }

        int best = -1;
        int passed = 0;
        for (int at = low - 1; at >= 0 && passed < MostNested; at--)
        {
            Method method = _methods[_order[at]];
            if (address - method.Start < method.Size)
            {
                best = Math.Max(best, _order[at]);
            }

            passed++;
        }

        return best < 0 ? null : Encoding.UTF8.GetString(_names.GetBuffer(), _methods[best].NameOffset, _methods[best].NameLength);
    }

    private void Read(FileStream file)
    {
        if (file.Length < _position)
        {
            // It was begun anew: its runtime writes all methods again.
            _methods.Clear();
            _names.SetLength(0);
            _position = 0;
        }

        file.Position = _position;
        byte[] room = new byte[4 * LongestLine];
        int filled = 0;
        int read;
        while ((read = file.Read(room, filled, room.Length - filled)) > 0)
        {
            filled += read;
            int used = ReadLines(room.AsSpan(0, filled));

            // A line that does not fit is no method's; its parts are passed over like other text that is no line.
            used = used == 0 && filled == room.Length ? filled : used;
            room.AsSpan(used, filled - used).CopyTo(room);
            filled -= used;
            _position += used;
        }
    }

    private int ReadLines(ReadOnlySpan<byte> text)
    {
        int used = 0;
        int length;
        while ((length = text[used..].IndexOf((byte)'\n')) >= 0)
        {
            ReadLine(text.Slice(used, length));
            used += length + 1;
        }

        return used;
    }

    private void ReadLine(ReadOnlySpan<byte> line)
    {
        int first = line.IndexOf((byte)' ');
        int second = first < 0 ? -1 : line[(first + 1)..].IndexOf((byte)' ') + first + 1;
        if (second <= first + 1
            || _methods.Count >= MostMethods
            || _names.Length + line.Length > MostNameBytes
            || !TryHex(line[..first], out ulong start)
            || !TryHex(line[(first + 1)..second], out ulong size)
            || size is 0 or > int.MaxValue)
        {
            return;
        }

        ReadOnlySpan<byte> name = line[(second + 1)..];
        _methods.Add(new Method(start, (uint)size, (int)_names.Length, name.Length));
        _names.Position = _names.Length;
        _names.Write(name);
    }

    private static bool TryHex(ReadOnlySpan<byte> text, out ulong value) =>
        ulong.TryParse(text.StartsWith("0x"u8) ? text[2..] : text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    private readonly record struct Method(ulong Start, uint Size, int NameOffset, int NameLength);
}
