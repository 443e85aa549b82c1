using System.Globalization;

namespace Soak;

/// <summary>What the process has of things that must not become more.</summary>
/// <param name="Resident">Bytes of memory, without what is mapped from files.</param>
/// <param name="Heap">Bytes of live managed objects.</param>
/// <param name="Descriptors">Open descriptors.</param>
/// <param name="KernelObjects">Of them, programs, maps, links and perf events; and mappings of such.</param>
/// <param name="Threads">Threads.</param>
internal readonly record struct ProcessState(long Resident, long Heap, int Descriptors, int KernelObjects, int Threads)
{
    /// <summary>Measures after a collection.</summary>
    /// <returns>The state.</returns>
    public static ProcessState Measure()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        string[] links = [.. Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(static path => new FileInfo(path).LinkTarget ?? "")];
        int mapped = File.ReadLines("/proc/self/maps").Count(IsKernelObject);
        return new ProcessState(Resident: Status("RssAnon:") * 1024, GC.GetTotalMemory(false), links.Length, links.Count(IsKernelObject) + mapped, (int)Status("Threads:"));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"rss={Resident / 1e6:F1}MB heap={Heap / 1e6:F1}MB fds={Descriptors} kernel={KernelObjects} threads={Threads}");

    private static bool IsKernelObject(string text) => text.Contains("bpf", StringComparison.Ordinal) || text.Contains("perf_event", StringComparison.Ordinal);

    private static long Status(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line[name.Length..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
    }
}
