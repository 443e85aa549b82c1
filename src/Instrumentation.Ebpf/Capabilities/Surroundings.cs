using System.Globalization;
using Instrumentation.Backends;

namespace Instrumentation.Ebpf.Capabilities;

/// <summary>What files of the kernel say about rights and policy.</summary>
internal static class Surroundings
{
    private const string Lockdown = "/sys/kernel/security/lockdown";

    /// <summary>
    /// Whether programs may read kernel memory: a kernel that is locked down for confidentiality forbids it, one that is for integrity alone does not.
    /// A kernel whose securityfs is not mounted keeps it to itself.
    /// </summary>
    /// <returns>The finding.</returns>
    public static Finding NotLockedDown()
    {
        if (ReadText(Lockdown) is { } text)
        {
            return Finding.Of(AllowsReading(text));
        }

        return Directory.Exists("/sys/kernel/security") && Directory.EnumerateFileSystemEntries("/sys/kernel/security").Any()
            ? Finding.Yes
            : new Finding(CapabilityAnswer.Undetermined, "Mount securityfs on /sys/kernel/security to find out.");
    }

    /// <summary>Whether no seccomp filter is there that could refuse a call.</summary>
    /// <returns>The finding.</returns>
    public static Finding NoSeccomp() => ProcessStatus.Read() is { } status ? Finding.Of(status.Seccomp == 0) : Finding.Unknown;

    /// <summary>Whether this process has a right.</summary>
    /// <param name="right">The right.</param>
    /// <returns>The finding.</returns>
    public static Finding Right(LinuxRight right) => ProcessStatus.Read() is { } status ? Finding.Of(status.Has(right)) : Finding.Unknown;

    /// <summary>Whether a number in a file of /proc/sys is small enough.</summary>
    /// <param name="file">The file.</param>
    /// <param name="most">The largest number that is good.</param>
    /// <returns>The finding.</returns>
    public static Finding AtMost(string file, int most) =>
        int.TryParse(ReadText(file), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? Finding.Of(value <= most) : Finding.Unknown;

    /// <summary>Whether the tracing file system is mounted and can be read.</summary>
    /// <returns>The finding.</returns>
    public static Finding Tracing()
    {
        string? directory = Mounts.Tracing();
        if (directory is null)
        {
            return Finding.No;
        }

        try
        {
            return Directory.EnumerateDirectories(Path.Combine(directory, "events")).Any() ? Finding.Yes : Finding.No;
        }
        catch (UnauthorizedAccessException)
        {
            return new Finding(CapabilityAnswer.No, $"{directory} is mounted, but not readable: mount it with a gid= of this user's, or run as root.");
        }
        catch (IOException)
        {
            return Finding.No;
        }
    }

    /// <summary>Whether a lockdown lets programs read kernel memory.</summary>
    /// <param name="lockdown">The file's text: all modes, the one that is in force in brackets.</param>
    /// <returns>True when it does.</returns>
    public static bool AllowsReading(string lockdown) => !lockdown.Contains("[confidentiality]", StringComparison.Ordinal);

    private static string? ReadText(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
