using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Instrumentation.Testing.Golden;

/// <summary>
/// Keys of lines that neither timing nor random ids change. An id counts by where it appears in the whole trace: of two calls that differ only in it, the one whose id is used again later
/// is known in each run.
/// </summary>
internal static class GoldenKeys
{
    /// <summary>Gives all nodes of a trace their keys.</summary>
    /// <param name="roots">The trace.</param>
    public static void Set(IReadOnlyList<GoldenNode> roots)
    {
        Dictionary<string, List<string>> places = [];
        foreach (GoldenNode root in roots)
        {
            Collect(root, string.Empty, places);
        }

        Dictionary<string, string> signs = places.ToDictionary(static pair => pair.Key, static pair => Hash(string.Join('\n', pair.Value.Order(StringComparer.Ordinal))));
        foreach (GoldenNode root in roots)
        {
            Set(root, signs);
        }
    }

    private static void Collect(GoldenNode node, string above, Dictionary<string, List<string>> places)
    {
        for (int i = 0; i < node.Ids.Count; i++)
        {
            if (!places.TryGetValue(node.Ids[i], out List<string>? list))
            {
                places.Add(node.Ids[i], list = []);
            }

            list.Add(string.Create(CultureInfo.InvariantCulture, $"{above}\n{node.Template}\n{i}"));
        }

        foreach (GoldenNode child in node.Children)
        {
            Collect(child, node.Template, places);
        }
    }

    private static void Set(GoldenNode node, Dictionary<string, string> signs)
    {
        node.Children.ForEach(child => Set(child, signs));

        // The line comes first, for its text to decide the order.
        string below = Hash(string.Join('\n', node.Ids.Select(id => signs[id])) + '\n' + string.Join('\n', node.Children.Select(static child => child.Key).Order(StringComparer.Ordinal)));
        node.Key = $"{node.Template}\n{below}";
    }

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)), 0, 12);
}
