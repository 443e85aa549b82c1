using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Instrumentation.Testing.Golden;

/// <summary>Traces as text: two spaces a level; <c>~</c> begins what may come in any order, and <c>&amp;</c> goes on with it; numbers of placeholders are by their first appearance.</summary>
internal static partial class GoldenText
{
    /// <summary>Stands for a trace without a call.</summary>
    public const string Empty = "(no calls)";

    private const string Begin = "~ ";
    private const string Continue = "& ";

    /// <summary>Writes a trace.</summary>
    /// <param name="roots">The trace.</param>
    /// <returns>Its lines.</returns>
    public static IReadOnlyList<string> Write(IReadOnlyList<GoldenNode> roots)
    {
        List<string> lines = [];
        Dictionary<string, int> numbers = [];
        Dictionary<string, int> counts = [];
        WriteAll(roots, 0);
        return lines.Count == 0 ? [Empty] : lines;

        void WriteAll(IReadOnlyList<GoldenNode> siblings, int level)
        {
            for (int i = 0; i < siblings.Count; i++)
            {
                object? group = siblings[i].Group;
                Write(siblings[i], level, group is null ? string.Empty : i > 0 && siblings[i - 1].Group == group ? Continue : Begin);
            }
        }

        void Write(GoldenNode node, int level, string sign)
        {
            StringBuilder line = new(new string(' ', 2 * level));
            line.Append(sign);
            int next = 0;
            foreach (char character in node.Template)
            {
                if (character != GoldenNode.Mark)
                {
                    line.Append(character);
                    continue;
                }

                string id = node.Ids[next++];
                if (!numbers.TryGetValue(id, out int number))
                {
                    string kind = KindOf(id);
                    numbers.Add(id, number = counts[kind] = counts.GetValueOrDefault(kind) + 1);
                }

                line.Append(CultureInfo.InvariantCulture, $"{number}");
            }

            lines.Add(line.ToString());
            WriteAll(node.Children, level + 1);
        }
    }

    /// <summary>Reads a trace.</summary>
    /// <param name="lines">Its lines.</param>
    /// <returns>The topmost nodes, with their keys.</returns>
    public static List<GoldenNode> Read(IReadOnlyList<string> lines)
    {
        List<GoldenNode> roots = [];
        List<(int Indent, GoldenNode Node)> path = [];
        foreach (string line in lines.Where(static line => line.Trim().Length > 0 && line != Empty))
        {
            string text = line.TrimStart(' ');
            int indent = line.Length - text.Length;
            bool begins = text.StartsWith(Begin, StringComparison.Ordinal);
            bool continues = text.StartsWith(Continue, StringComparison.Ordinal);
            GoldenNode node = Parse(begins || continues ? text[Begin.Length..] : text);
            while (path.Count > 0 && path[^1].Indent >= indent)
            {
                path.RemoveAt(path.Count - 1);
            }

            List<GoldenNode> siblings = path.Count > 0 ? path[^1].Node.Children : roots;
            node.Group = (continues && siblings.Count > 0 ? siblings[^1].Group : null) ?? (begins || continues ? new object() : null);
            siblings.Add(node);
            path.Add((indent, node));
        }

        GoldenKeys.Set(roots);
        return roots;
    }

    /// <summary>Makes a node of a line whose placeholders have numbers.</summary>
    /// <param name="line">The line, without what stands before it.</param>
    /// <returns>The node.</returns>
    public static GoldenNode Parse(string line)
    {
        List<string> ids = [];
        string template = Numbered().Replace(line, match =>
        {
            ids.Add(match.Value);
            return $"{match.Groups["kind"].Value}#{GoldenNode.Mark}";
        });
        return new GoldenNode(template, ids);
    }

    private static string KindOf(string id) => id[..id.IndexOf('#', StringComparison.Ordinal)];

    [GeneratedRegex(@"\b(?<kind>guid|file)#\d+\b", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Numbered();
}
