using System.Text.RegularExpressions;

namespace Instrumentation.Tests.Docs;

/// <summary>What the README and the documents show is code that builds and runs: the examples, which CI starts.</summary>
public sealed partial class ReadmeTests
{
    [Theory]
    [InlineData("README.md", 15)]
    [InlineData("docs/adding-a-backend.md", 8)]
    [InlineData("docs/overhead-budget.md", 2)]
    [InlineData("docs/probe-json.md", 2)]
    [InlineData("docs/testing.md", 4)]
    public void EveryCodeBlock_OfAPage_StandsInTheExamples(string page, int atLeast)
    {
        string root = RepositoryRoot();
        string examples = Squeeze(string.Concat(new[] { "docs/examples/QuickStart", "docs/examples/Recipes", "docs/examples/MeterBackend", "tests/Instrumentation.Testing.Tests/Docs", "tests/Frameworks" }
            .SelectMany(example => Directory.EnumerateFiles(Path.Combine(root, example), "*.cs", SearchOption.AllDirectories))
            .Where(static file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(File.ReadAllText)));
        string[] blocks = [.. CSharpBlock().Matches(File.ReadAllText(Path.Combine(root, page))).Select(match => match.Groups["code"].Value)];

        Assert.True(blocks.Length >= atLeast, $"{page} has {blocks.Length} C# blocks.");
        Assert.All(blocks, block => Assert.Contains(Squeeze(block), examples, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryPage_WithCode_IsCompared()
    {
        string root = RepositoryRoot();
        string[] compared = [.. typeof(ReadmeTests).GetMethod(nameof(EveryCodeBlock_OfAPage_StandsInTheExamples))!.GetCustomAttributes(typeof(InlineDataAttribute), inherit: false).Select(static data => (string)((InlineDataAttribute)data).Data[0]!)];
        IEnumerable<string> pages = Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories).Where(static file => CSharpBlock().IsMatch(File.ReadAllText(file)));

        Assert.Empty(pages.Select(file => Path.GetRelativePath(root, file).Replace('\\', '/')).Except(compared));
    }

    [Fact]
    public void Readme_EveryLink_LeadsSomewhere()
    {
        string root = RepositoryRoot();
        string[] files = [Path.Combine(root, "README.md"), .. Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories)];
        List<string> broken = [];
        foreach (string file in files)
        {
            foreach (Match link in RelativeLink().Matches(File.ReadAllText(file)))
            {
                string target = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, link.Groups["target"].Value));
                if (!File.Exists(target) && !Directory.Exists(target))
                {
                    broken.Add($"{Path.GetFileName(file)}: {link.Groups["target"].Value}");
                }
            }
        }

        Assert.Empty(broken);
    }

    private static string Squeeze(string code) => Space().Replace(code, " ").Trim();

    private static string RepositoryRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Instrumentation.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("The tests do not run inside of the repository.");
    }

    [GeneratedRegex(@"```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"\]\((?<target>(?!https?:)[^)#]+)\)")]
    private static partial Regex RelativeLink();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
