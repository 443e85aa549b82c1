using System.Globalization;
using System.Text;

namespace Instrumentation.Testing.Golden;

/// <summary>Differences of two texts, by lines, in the unified form.</summary>
internal static class LineDiff
{
    private const int Context = 3;

    // Beyond, what differs is not matched line by line: all of it is replaced.
    private const long MaximumCells = 4_000_000;

    // Lines of a difference that are shown.
    private const int MaximumLines = 200;

    /// <summary>The difference.</summary>
    /// <param name="before">The lines that were expected.</param>
    /// <param name="after">The lines that came.</param>
    /// <returns>The hunks: lines that begin with a space, <c>-</c> or <c>+</c>, under headers; empty when there is none.</returns>
    public static string Of(IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        List<(char Sign, string Line)> script = Script(before, after);
        StringBuilder text = new();
        int shown = 0;
        int index = 0;
        (int before, int after) line = (1, 1);
        while (index < script.Count)
        {
            int first = script.FindIndex(index, static entry => entry.Sign != ' ');
            if (first < 0)
            {
                break;
            }

            // The hunk goes on while changes are near each other.
            int last = first;
            for (int i = first; i < script.Count && i - last <= 2 * Context; i++)
            {
                last = script[i].Sign == ' ' ? last : i;
            }

            int start = Math.Max(index, first - Context);
            int end = Math.Min(script.Count, last + Context + 1);
            line = (line.before + start - index, line.after + start - index);
            List<(char Sign, string Line)> hunk = script[start..end];
            (int removed, int added) = (hunk.Count(static entry => entry.Sign != '+'), hunk.Count(static entry => entry.Sign != '-'));
            text.Append(CultureInfo.InvariantCulture, $"@@ -{line.before},{removed} +{line.after},{added} @@\n");
            foreach ((char sign, string content) in hunk)
            {
                if (++shown > MaximumLines)
                {
                    return text.Append("… more differs\n").ToString();
                }

                text.Append(sign).Append(content).Append('\n');
            }

            line = (line.before + removed, line.after + added);
            index = end;
        }

        return text.ToString();
    }

    private static List<(char Sign, string Line)> Script(IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        int head = 0;
        while (head < before.Count && head < after.Count && before[head] == after[head])
        {
            head++;
        }

        int tail = 0;
        while (tail < before.Count - head && tail < after.Count - head && before[before.Count - 1 - tail] == after[after.Count - 1 - tail])
        {
            tail++;
        }

        string[] left = [.. before.Skip(head).Take(before.Count - head - tail)];
        string[] right = [.. after.Skip(head).Take(after.Count - head - tail)];
        List<(char Sign, string Line)> script = [.. before.Take(head).Select(static line => (' ', line))];
        if ((long)left.Length * right.Length > MaximumCells)
        {
            script.AddRange(left.Select(static line => ('-', line)));
            script.AddRange(right.Select(static line => ('+', line)));
        }
        else
        {
            AddMatched(script, left, right);
        }

        script.AddRange(before.Skip(before.Count - tail).Select(static line => (' ', line)));
        return script;
    }

    // By the longest common subsequence.
    private static void AddMatched(List<(char Sign, string Line)> script, string[] left, string[] right)
    {
        int[,] common = new int[left.Length + 1, right.Length + 1];
        for (int l = left.Length - 1; l >= 0; l--)
        {
            for (int r = right.Length - 1; r >= 0; r--)
            {
                common[l, r] = left[l] == right[r] ? common[l + 1, r + 1] + 1 : Math.Max(common[l + 1, r], common[l, r + 1]);
            }
        }

        (int i, int j) = (0, 0);
        while (i < left.Length || j < right.Length)
        {
            if (i < left.Length && j < right.Length && left[i] == right[j])
            {
                script.Add((' ', left[i++]));
                j++;
            }
            else if (i < left.Length && (j == right.Length || common[i + 1, j] >= common[i, j + 1]))
            {
                script.Add(('-', left[i++]));
            }
            else
            {
                script.Add(('+', right[j++]));
            }
        }
    }
}
