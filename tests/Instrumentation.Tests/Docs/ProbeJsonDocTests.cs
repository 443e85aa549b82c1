using System.Text.RegularExpressions;
using Instrumentation.Ebpf.Points;

namespace Instrumentation.Tests.Docs;

/// <summary>What docs/probe-json.md shows can be read.</summary>
public sealed partial class ProbeJsonDocTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs/probe-json.md"));

    [Fact]
    public void Probes_OfThePage_AreProbes()
    {
        string[] blocks = [.. Blocks().Matches(Page).Select(static match => match.Groups["text"].Value)];
        Assert.NotEmpty(blocks);
        Assert.All(blocks, static block => Assert.NotNull(ProbeSpecJson.Read(block).Condition));
    }

    [Fact]
    public void Points_OfThePage_AreReadAndAreAllThatThereAre()
    {
        string table = Page[Page.IndexOf("## Points", StringComparison.Ordinal)..Page.IndexOf("## Aggregations", StringComparison.Ordinal)];
        string[] points = [.. Rows().Matches(table).Select(static match => match.Groups["text"].Value)];
        Assert.Equal(3 + new JsonKernelPoint().Names.Count, points.Select(static point => ProbeSpecJson.Read($"{{\"point\": {point}}}").Point.Describe()).Distinct().Count());
        Assert.All(points, static point => Assert.Contains("\"on\"", ProbeSpecJson.Write(ProbeSpecJson.Read($"{{\"point\": {point}, \"on\": \"entry\"}}")), StringComparison.Ordinal));
    }

    [GeneratedRegex("```json\\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex("^\\| `(?<text>\\{.*?\\})` \\|", RegexOptions.Multiline)]
    private static partial Regex Rows();
}
