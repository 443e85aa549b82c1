using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Instrumentation.Testing.Golden;

/// <summary>Traces as text: two spaces a level, <c>~</c> before what may come in any order, numbers of placeholders by their first appearance.</summary>
internal static partial class GoldenText
{
    /// <summary>Stands for a trace without a call.</summary>
    public const string Empty = "(no calls)";

    private const string AnyOrder = "~ ";

    /// <summary>Writes a trace.</summary>
    /// <param name="roots">The trace.</param>
    /// <returns>Its lines.</returns>
    public static IReadOnlyList<string> Write(IReadOnlyList<GoldenNode> roots)
    {
        List<string> lines = [];
        Dictionary<string, int> numbers = [];
        Dictionary<string, int> counts = [];
        foreach (GoldenNode root in roots)
        {
            Write(root, 0);
        }

        return lines.Count == 0 ? [Empty] : lines;

        void Write(GoldenNode node, int level)
        {
            StringBuilder line = new(new string(' ', 2 * level));
            line.Append(node.IsInAnyOrder ? AnyOrder : string.Empty);
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
            node.Children.ForEach(child => Write(child, level + 1));
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
            bool isInAnyOrder = text.StartsWith(AnyOrder, StringComparison.Ordinal);
            GoldenNode node = Parse(isInAnyOrder ? text[AnyOrder.Length..] : text);
            node.IsInAnyOrder = isInAnyOrder;
            while (path.Count > 0 && path[^1].Indent >= indent)
            {
                path.RemoveAt(path.Count - 1);
            }

            (path.Count > 0 ? path[^1].Node.Children : roots).Add(node);
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
