using System.Diagnostics;
using System.Globalization;
using System.Text;
using Instrumentation.Testing.Frameworks;

namespace Instrumentation.Testing.Kernel;

/// <summary>What failed assertions on system calls and files say.</summary>
[StackTraceHidden]
internal static class KernelMessages
{
    private const int MostLines = 20;

    /// <summary>Fails the test.</summary>
    /// <param name="message">What was expected, and what was seen instead.</param>
    /// <param name="title">What the lines are.</param>
    /// <param name="lines">What was seen, in order.</param>
    /// <param name="doubts">What may have been missed.</param>
    public static void Fail(string message, string title, IEnumerable<object> lines, IReadOnlyList<string> doubts)
    {
        StringBuilder text = new(message);
        object[] all = [.. lines];
        if (all.Length > 0)
        {
            text.AppendLine().Append(title).Append(':');
            foreach (object line in all.Take(MostLines))
            {
                text.AppendLine().Append("  ").Append(line);
            }

            if (all.Length > MostLines)
            {
                text.AppendLine().Append(CultureInfo.InvariantCulture, $"  and {all.Length - MostLines} more");
            }
        }

        TestFramework.Fail(WithDoubts(text, "What may have been missed", doubts));
    }

    /// <summary>Fails the test when something may have been missed: it would pass by not seeing.</summary>
    /// <param name="expected">What was expected.</param>
    /// <param name="doubts">What may have been missed.</param>
    public static void FailOnDoubts(string expected, IReadOnlyList<string> doubts)
    {
        if (doubts.Count > 0)
        {
            TestFramework.Fail(WithDoubts(new StringBuilder($"Expected {expected}, which cannot be told: something may have been missed."), "Why", doubts));
        }
    }

    private static string WithDoubts(StringBuilder text, string title, IReadOnlyList<string> doubts)
    {
        if (doubts.Count > 0)
        {
            text.AppendLine().Append(title).Append(':');
            foreach (string doubt in doubts.Take(MostLines))
            {
                text.AppendLine().Append("  ").Append(doubt);
            }
        }

        return text.ToString();
    }
}
