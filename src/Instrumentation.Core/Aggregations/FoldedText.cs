using System.Globalization;
using System.Text;

namespace Instrumentation.Aggregations;

/// <summary>Writes stacks as flame graph tools read them: a line a stack, the outermost frame first, separated by semicolons, then the count.</summary>
internal static class FoldedText
{
    /// <summary>Folds stacks. Stacks with the same text are one line.</summary>
    /// <param name="stacks">The stacks.</param>
    /// <param name="divisor">What weights are divided by.</param>
    /// <returns>The lines, the greatest weight first, each ended by a line feed.</returns>
    public static IEnumerable<string> Lines(IReadOnlyList<ProfiledStack> stacks, long divisor = 1)
    {
        bool severalProcesses = stacks.Select(static stack => stack.ProcessId).Distinct().Skip(1).Any();
        Dictionary<string, long> counts = [];
        foreach (ProfiledStack stack in stacks)
        {
            string text = Fold(stack, severalProcesses);
            counts[text] = counts.GetValueOrDefault(text) + stack.Weight;
        }

        return counts.OrderByDescending(static line => line.Value)
            .ThenBy(static line => line.Key, StringComparer.Ordinal)
            .Select(line => string.Create(CultureInfo.InvariantCulture, $"{line.Key} {line.Value / divisor}\n"));
    }

    private static string Fold(ProfiledStack stack, bool withProcess)
    {
        StringBuilder text = new();
        if (withProcess || stack.Frames.Count == 0)
        {
            Append(text, stack.Process.Length > 0 ? stack.Process : string.Create(CultureInfo.InvariantCulture, $"process {stack.ProcessId}"));
        }

        for (int i = stack.Frames.Count - 1; i >= 0; i--)
        {
            ProfiledFrame frame = stack.Frames[i];
            Append(text, frame.Name);

            // The ending by which flame graph tools tell the kernel's frames.
            text.Append(frame.Kind == FrameKind.Kernel && frame.Name[0] != '[' ? "_[k]" : "");
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string name)
    {
        text.Append(text.Length == 0 ? "" : ";");
        foreach (char one in name)
        {
            text.Append(one == ';' ? ':' : char.IsControl(one) ? ' ' : one);
        }
    }
}
