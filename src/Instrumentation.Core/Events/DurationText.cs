using System.Globalization;

namespace Instrumentation.Events;

/// <summary>Durations as people write them.</summary>
internal static class DurationText
{
    private static readonly (double Nanoseconds, string Unit)[] Units = [(1, "ns"), (1e3, "us"), (1e6, "ms"), (1e9, "s")];

    /// <summary>A duration with three or four digits and its unit, for example <c>1.25 ms</c>.</summary>
    /// <param name="nanoseconds">The duration.</param>
    /// <returns>The text.</returns>
    public static string Of(double nanoseconds)
    {
        (double size, string unit) = Units[0];
        foreach ((double nextSize, string nextUnit) in Units)
        {
            (size, unit) = Math.Abs(nanoseconds) >= nextSize ? (nextSize, nextUnit) : (size, unit);
        }

        double value = nanoseconds / size;
        string format = size == 1 || Math.Abs(value) >= 100 ? "0" : Math.Abs(value) >= 10 ? "0.0" : "0.00";
        return value.ToString(format, CultureInfo.InvariantCulture) + " " + unit;
    }
}
