using System.Globalization;

namespace WebShop;

/// <summary>What the command line asks for.</summary>
/// <param name="Seconds">How long throughput is measured, all windows together.</param>
/// <param name="Output">Where the files go; null for a new directory among the temporary files.</param>
/// <param name="Json">True when the summary is to be one JSON object.</param>
/// <param name="Gate">True when only the cost of the probes at a steady pace is to be measured, and judged.</param>
public sealed record Options(double Seconds, string? Output, bool Json, bool Gate)
{
    /// <summary>How to start the program.</summary>
    public const string Usage = """
        usage: WebShop [--seconds <n>] [--out <directory>] [--json]
               WebShop --gate
          --seconds <n>      how long throughput is measured, all windows together; 5 unless told, 2 to 3600
          --out <directory>  where report.html, timeline.json and events.jsonl go; a new temporary directory unless told
          --json             print the summary as one JSON object instead of the tables
          --gate             measure what the probes cost at 1,000 requests a second; exit code 1 when it is too much
        """;

    /// <summary>Reads the command line.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="error">What is wrong with them; null when nothing is.</param>
    /// <returns>The options, or null.</returns>
    public static Options? Parse(IReadOnlyList<string> arguments, out string? error)
    {
        Options options = new(5, null, false, false);
        error = null;
        for (int i = 0; i < arguments.Count && error is null; i++)
        {
            string? value = i + 1 < arguments.Count ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--json":
                    options = options with { Json = true };
                    break;
                case "--gate":
                    options = options with { Gate = true };
                    break;
                case "--seconds" when TrySeconds(value, out double seconds):
                    options = options with { Seconds = seconds };
                    i++;
                    break;
                case "--seconds":
                    error = $"--seconds needs a number from 2 to 3600, not '{value}'.";
                    break;
                case "--out" when !string.IsNullOrWhiteSpace(value):
                    options = options with { Output = value };
                    i++;
                    break;
                case "--out":
                    error = "--out needs a directory.";
                    break;
                default:
                    error = $"'{arguments[i]}' is not an option.";
                    break;
            }
        }

        return error is null ? options : null;
    }

    private static bool TrySeconds(string? text, out double seconds) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out seconds) && seconds is >= 2 and <= 3600;
}
