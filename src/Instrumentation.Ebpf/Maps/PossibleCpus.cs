using System.Globalization;

namespace Instrumentation.Ebpf.Maps;

/// <summary>How many processors the kernel may ever have: maps with a value a processor hold one for each.</summary>
internal static class PossibleCpus
{
    private static readonly Lazy<int> Known = new(static () => Parse(File.ReadAllText("/sys/devices/system/cpu/possible")));

    /// <summary>The number of possible processors.</summary>
    public static int Count => Known.Value;

    /// <summary>Counts the processors of a list such as <c>0-3,8,10-11</c>.</summary>
    /// <param name="list">The list.</param>
    /// <returns>How many it names.</returns>
    /// <exception cref="FormatException">It is not such a list.</exception>
    public static int Parse(string list)
    {
        int count = 0;
        foreach (string part in list.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] ends = part.Split('-');
            int first = int.Parse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture);
            int last = ends.Length == 1 ? first : int.Parse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture);
            count += ends.Length <= 2 && last >= first ? last - first + 1 : throw new FormatException($"'{list}' is no list of processors.");
        }

        return count;
    }
}
