using System.Globalization;

namespace Instrumentation.Ebpf.Links;

/// <summary>The perf units of this kernel, as sysfs lists them.</summary>
internal static class PerfUnits
{
    private const string Root = "/sys/bus/event_source/devices";

    /// <summary>The number of a unit.</summary>
    /// <param name="unit">Its name, for example <c>uprobe</c>.</param>
    /// <returns>The number; null when this kernel has no such unit.</returns>
    public static uint? TypeOf(string unit) => Read($"{Root}/{unit}/type") is { } text && uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint type) ? type : null;

    /// <summary>The bit of the configuration that says that a probe is at returns.</summary>
    /// <param name="unit">The unit.</param>
    /// <returns>The bit's number; 0 when sysfs does not say otherwise.</returns>
    public static int ReturnBit(string unit) =>
        Read($"{Root}/{unit}/format/retprobe") is { } text && int.TryParse(text.AsSpan(text.IndexOf(':', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int bit) ? bit : 0;

    private static string? Read(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
