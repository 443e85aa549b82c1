using System.Globalization;

namespace Instrumentation.Ebpf.Points.Sampling;

/// <summary>The processors that run now.</summary>
internal static class OnlineProcessors
{
    /// <summary>Reads which they are.</summary>
    /// <returns>Their numbers.</returns>
    public static IReadOnlyList<int> Read() => Parse(File.ReadAllText("/sys/devices/system/cpu/online"));

    /// <summary>Reads a list such as <c>0-3,8</c>.</summary>
    /// <param name="list">The list.</param>
    /// <returns>The numbers in it.</returns>
    /// <exception cref="FormatException">It is not such a list.</exception>
    public static IReadOnlyList<int> Parse(string list)
    {
        List<int> all = [];
        foreach (string part in list.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] ends = part.Split('-');
            int first = int.Parse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture);
            int last = int.Parse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture);
            all.AddRange(last >= first && ends.Length <= 2 ? Enumerable.Range(first, last - first + 1) : throw new FormatException($"'{list}' is no list of processors."));
        }

        return all;
    }
}
