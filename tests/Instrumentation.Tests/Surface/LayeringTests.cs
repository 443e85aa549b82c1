using System.Reflection;
using System.Text.RegularExpressions;

namespace Instrumentation.Tests.Surface;

/// <summary>The rules of the house that a machine can check.</summary>
public sealed partial class LayeringTests
{
    private const int MostLines = 400;

    [Fact]
    public void Core_References_OnlyTheFramework()
    {
        string[] references = [.. References(typeof(Probe).Assembly)];

        Assert.NotEmpty(references);
        Assert.All(references, static name => Assert.StartsWith("System.", name, StringComparison.Ordinal));
    }

    [Fact]
    public void Managed_References_CoreAndNeverThePackageAbove()
    {
        string[] references = [.. References(typeof(ManagedProbes).Assembly)];

        Assert.Contains("Instrumentation.Core", references);
        Assert.DoesNotContain("Instrumentation", references);
    }

    [Fact]
    public void Interop_StandsOnlyInItsFolders() => Assert.Empty(Repository.SourceFiles
        .Where(static file => !file.Contains("/Interop/", StringComparison.Ordinal) && Interop().IsMatch(File.ReadAllText(file)))
        .Select(Repository.Relative));

    [Fact]
    public void Files_AreNotLongerThanFourHundredLines() => Assert.Empty(Repository.SourceFiles
        .Select(static file => (File: file, Lines: File.ReadAllLines(file).Length))
        .Where(static counted => counted.Lines > MostLines)
        .Select(static counted => $"{Repository.Relative(counted.File)}: {counted.Lines} lines"));

    [Fact]
    public void Unsafe_WhereverItStands_IsJustified() => Assert.Empty(Repository.SourceFiles
        .Select(static file => (File: file, Text: File.ReadAllText(file)))
        .Where(static read => Unsafe().IsMatch(read.Text) && !read.Text.Contains("// SAFETY:", StringComparison.Ordinal))
        .Select(static read => Repository.Relative(read.File)));

    [Fact]
    public void Sources_AreAllThere() => Assert.True(Repository.SourceFiles.Count > 100, $"{Repository.SourceFiles.Count} files");

    private static IEnumerable<string> References(Assembly assembly) => assembly.GetReferencedAssemblies().Select(static name => name.Name!);

    [GeneratedRegex(@"\b(DllImport|LibraryImport|NativeLibrary)\b")]
    private static partial Regex Interop();

    [GeneratedRegex(@"^[^/\n]*\bunsafe\b", RegexOptions.Multiline)]
    private static partial Regex Unsafe();
}
