using System.Text.RegularExpressions;

namespace Instrumentation.Tests.Docs;

/// <summary>What the README shows is code that builds and runs: docs/examples/Recipes, which CI starts.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void Readme_EveryCodeBlock_StandsInTheRecipes()
    {
        string root = RepositoryRoot();
        string recipes = Squeeze(string.Concat(Directory
            .EnumerateFiles(Path.Combine(root, "docs", "examples", "Recipes"), "*.cs", SearchOption.TopDirectoryOnly)
            .Select(File.ReadAllText)));
        string[] blocks = [.. CSharpBlock().Matches(File.ReadAllText(Path.Combine(root, "README.md"))).Select(match => match.Groups["code"].Value)];

        Assert.True(blocks.Length >= 5, $"The README has {blocks.Length} C# blocks.");
        Assert.All(blocks, block => Assert.Contains(Squeeze(block), recipes, StringComparison.Ordinal));
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
