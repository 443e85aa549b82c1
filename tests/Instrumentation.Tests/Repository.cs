namespace Instrumentation.Tests;

/// <summary>The repository that the tests were built from, found upward from where they run.</summary>
internal static class Repository
{
    /// <summary>Its root.</summary>
    public static string Root { get; } = Find();

    /// <summary>All C# files under src that people wrote.</summary>
    public static IReadOnlyList<string> SourceFiles { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(static file => !IsBuildOutput(Path.GetRelativePath(Root, file)))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>A path as it reads in a message.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The path from the root on.</returns>
    public static string Relative(string file) => Path.GetRelativePath(Root, file);

    private static bool IsBuildOutput(string file) => file.Split('/').Any(static part => part is "bin" or "obj");

    private static string Find()
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
}
