using System.Text.RegularExpressions;

namespace Instrumentation.Tests.Docs;

/// <summary>Each package has a page of its own, and its code is part of an example or a test: it compiles, and runs in CI.</summary>
public sealed partial class PackageReadmeTests
{
    private const int MostLines = 20;

    public static TheoryData<string> Packages() =>
        [.. Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Where(static folder => Directory.EnumerateFiles(folder, "*.csproj").Any()).Select(static folder => Path.GetFileName(folder))];

    [Theory]
    [MemberData(nameof(Packages))]
    public void PackageReadme_NamesThePackage_AndShowsCodeThatIsBuilt(string package)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "src", package, "README.md"));
        string[] blocks = [.. CSharpBlock().Matches(text).Select(static match => match.Groups["code"].Value)];
        string built = BuiltCode();

        Assert.StartsWith($"# {package}\n", text, StringComparison.Ordinal);
        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.InRange(block.Count(static character => character == '\n'), 3, MostLines));
        Assert.All(blocks, block => Assert.Contains(Squeeze(block), built, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void PackageReadme_Links_WorkWhereverItIsShown(string package)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "src", package, "README.md"));

        Assert.DoesNotMatch(RelativeLink(), text);
    }

    /// <summary>The code of the examples and tests, all of which the solution builds.</summary>
    private static string BuiltCode() => Squeeze(string.Concat(
        new[] { "docs/examples", "tests" }
            .Select(static folder => Path.Combine(Repository.Root, folder))
            .SelectMany(static folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Where(static file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/PackageSmoke/", StringComparison.Ordinal) && !file.Contains("/Consumers/", StringComparison.Ordinal))
            .Select(File.ReadAllText)));

    private static string Squeeze(string code) => Space().Replace(code, " ").Trim();

    [GeneratedRegex(@"```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"\]\((?!https?:)")]
    private static partial Regex RelativeLink();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
