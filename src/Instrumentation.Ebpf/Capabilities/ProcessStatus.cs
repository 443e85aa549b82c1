using System.Globalization;

namespace Instrumentation.Ebpf.Capabilities;

/// <summary>What /proc/self/status says about rights.</summary>
/// <param name="EffectiveRights">A bit for each right of capabilities(7).</param>
/// <param name="Seccomp">0 for none, 1 for strict, 2 for a filter.</param>
internal readonly record struct ProcessStatus(ulong EffectiveRights, int Seccomp)
{
    /// <summary>Reads the status of this process.</summary>
    /// <returns>The status; null when /proc does not tell.</returns>
    public static ProcessStatus? Read()
    {
        try
        {
            return Parse(File.ReadAllText("/proc/self/status"));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads a status.</summary>
    /// <param name="text">The file's text.</param>
    /// <returns>The status; null when the rights are not in it.</returns>
    public static ProcessStatus? Parse(string text)
    {
        ulong? rights = null;
        int seccomp = 0;
        foreach (string line in text.Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            ReadOnlySpan<char> value = colon < 0 ? default : line.AsSpan(colon + 1).Trim();
            if (line.StartsWith("CapEff:", StringComparison.Ordinal) && ulong.TryParse(value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong bits))
            {
                rights = bits;
            }
            else if (line.StartsWith("Seccomp:", StringComparison.Ordinal) && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int mode))
            {
                seccomp = mode;
            }
        }

        return rights is { } known ? new ProcessStatus(known, seccomp) : null;
    }

    /// <summary>Whether a right is there.</summary>
    /// <param name="right">The right.</param>
    /// <returns>True when it is.</returns>
    public bool Has(LinuxRight right) => (EffectiveRights & (1UL << (int)right)) != 0;

    /// <summary>Whether tracing programs may be loaded: CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN, which stands for both.</summary>
    public bool MayTrace => Has(LinuxRight.SystemAdministration) || (Has(LinuxRight.Bpf) && Has(LinuxRight.PerformanceMonitoring));
}
