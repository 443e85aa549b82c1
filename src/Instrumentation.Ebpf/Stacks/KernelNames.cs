using System.Globalization;
using System.Text;

namespace Instrumentation.Ebpf.Stacks;

/// <summary>The kernel's functions by address, from /proc/kallsyms. Where the kernel hides its addresses (kernel.kptr_restrict), none are known.</summary>
internal sealed class KernelNames
{
    private const string Symbols = "/proc/kallsyms";

    // No function is as long: what lies farther behind the last one known is none of it.
    private const ulong MostBytes = 1 << 20;

    private const int FirstRoom = 4 * 1024 * 1024;

    private readonly byte[] _text;
    private readonly ulong[] _starts;
    private readonly int[] _names;

    private KernelNames(byte[] text, ulong[] starts, int[] names)
    {
        _text = text;
        _starts = starts;
        _names = names;
    }

    /// <summary>Reads the kernel's symbols.</summary>
    /// <returns>The names; none where they cannot be read.</returns>
    public static KernelNames Read()
    {
        try
        {
            return Parse(File.Exists(Symbols) ? ReadWhole(Symbols) : []);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return Parse([]);
        }
    }

    /// <summary>Reads symbols: lines of <c>address type name</c>, with a tab and the module in brackets behind those of modules.</summary>
    /// <param name="text">The lines; must not change.</param>
    /// <returns>The functions among them.</returns>
    public static KernelNames Parse(byte[] text)
    {
        List<ulong> starts = [];
        List<int> names = [];
        int at = 0;
        while (at < text.Length)
        {
            ReadOnlySpan<byte> rest = text.AsSpan(at);
            int end = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? rest : rest[..end];
            int space = line.IndexOf((byte)' ');
            if (space > 0
                && space + 3 < line.Length
                && (line[space + 1] | 0x20) is 't' or 'w'
                && ulong.TryParse(line[..space], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong address)
                && address != 0)
            {
                starts.Add(address);
                names.Add(at + space + 3);
            }

            at += line.Length + 1;
        }

        ulong[] sorted = [.. starts];
        int[] order = [.. names];
        Array.Sort(sorted, order);
        return new KernelNames(text, sorted, order);
    }

    // The file does not say how long it is. File.ReadAllBytes would take ever larger arrays of the shared pool for it, which keeps some of each size for every thread that reads.
    private static byte[] ReadWhole(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        byte[] text = new byte[FirstRoom];
        int length = 0;
        int read;
        while ((read = file.Read(text, length, text.Length - length)) > 0)
        {
            length += read;
            if (length == text.Length)
            {
                Array.Resize(ref text, length * 2);
            }
        }

        Array.Resize(ref text, length);
        return text;
    }

    /// <summary>Finds the function at an address.</summary>
    /// <param name="address">The address.</param>
    /// <returns>The function's name and module, <c>kernel</c> for the kernel itself; null when none is known.</returns>
    public (string Name, string Module)? Find(ulong address)
    {
        int at = Array.BinarySearch(_starts, address);
        at = at < 0 ? ~at - 1 : at;
        if (at < 0 || address - _starts[at] >= MostBytes)
        {
            return null;
        }

        ReadOnlySpan<byte> line = _text.AsSpan(_names[at]);
        int end = line.IndexOf((byte)'\n');
        string[] parts = Encoding.UTF8.GetString(end < 0 ? line : line[..end]).Split('\t', 2);
        return (parts[0], parts.Length > 1 ? parts[1].Trim('[', ']') : "kernel");
    }
}
