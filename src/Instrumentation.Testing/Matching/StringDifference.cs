using Instrumentation.Testing.Messages;

namespace Instrumentation.Testing.Matching;

/// <summary>Says where two texts differ; of long ones only the part around that.</summary>
internal static class StringDifference
{
    private const int Short = 60;
    private const int Before = 20;

    /// <summary>The verdict on two texts that differ.</summary>
    /// <param name="expected">The text in the test.</param>
    /// <param name="seen">The text at the call.</param>
    /// <returns>The verdict.</returns>
    public static Verdict Of(string expected, string seen)
    {
        int same = 0;
        while (same < Math.Min(expected.Length, seen.Length) && expected[same] == seen[same])
        {
            same++;
        }

        double distance = 1 - ((double)(same + CommonEnd(expected, seen, same)) / Math.Max(expected.Length, seen.Length));
        return Verdict.No(() => expected.Length <= Short && seen.Length <= Short
            ? $"is {Values.Text(seen)}, not {Values.Text(expected)}"
            : $"is {Around(seen, same)}, not {Around(expected, same)} (they differ from index {same} on; lengths {seen.Length} and {expected.Length})", distance);
    }

    private static int CommonEnd(string expected, string seen, int same)
    {
        int end = 0;
        while (end < Math.Min(expected.Length, seen.Length) - same && expected[^(end + 1)] == seen[^(end + 1)])
        {
            end++;
        }

        return end;
    }

    private static string Around(string text, int index)
    {
        int start = Math.Max(0, index - Before);
        int end = Math.Min(text.Length, start + Short);
        return $"{(start > 0 ? "…" : string.Empty)}{Values.Text(text[start..end])}{(end < text.Length ? "…" : string.Empty)}";
    }
}
