namespace Instrumentation.Ebpf.Links;

/// <summary>The BPF objects that this process holds by descriptors, and by them alone: what a leak would add to.</summary>
/// <param name="Programs">Programs.</param>
/// <param name="Maps">Maps.</param>
/// <param name="Links">Links.</param>
/// <param name="PerfEvents">Perf events.</param>
internal readonly record struct ObjectCounts(int Programs, int Maps, int Links, int PerfEvents)
{
    /// <summary>Counts the descriptors of this process.</summary>
    /// <returns>The counts.</returns>
    public static ObjectCounts OfProcess()
    {
        ObjectCounts counts = default;
        foreach (string file in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            string kind = TargetOf(file);
            counts = counts with
            {
                Programs = counts.Programs + Matches(kind, "bpf-prog"),
                Maps = counts.Maps + Matches(kind, "bpf-map"),
                Links = counts.Links + Matches(kind, "bpf_link") + Matches(kind, "bpf-link"),
                PerfEvents = counts.PerfEvents + Matches(kind, "[perf_event]"),
            };
        }

        return counts;
    }

    /// <summary>Counts the objects of the whole machine. Needs CAP_SYS_ADMIN; perf events are not counted.</summary>
    /// <returns>The counts.</returns>
    /// <exception cref="KernelCallException">The rights are missing.</exception>
    public static ObjectCounts OfMachine() => new(KernelObjects.Programs().Count, KernelObjects.Maps().Count, KernelObjects.Links().Count, 0);

    private static string TargetOf(string file)
    {
        try
        {
            return File.ResolveLinkTarget(file, returnFinalTarget: false)?.Name ?? "";
        }
        catch (IOException)
        {
            // Closed since it was listed.
            return "";
        }
    }

    private static int Matches(string name, string kind) => name.Contains(kind, StringComparison.Ordinal) ? 1 : 0;
}
