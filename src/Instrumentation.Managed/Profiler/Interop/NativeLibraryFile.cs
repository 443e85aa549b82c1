using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Instrumentation.Managed.Profiler.Interop;

/// <summary>Finds the native profiler beside the program, in a package's layout or flat (as a self-contained publish lays it).</summary>
internal static class NativeLibraryFile
{
    private const string Name = "libinstrumentation_profiler.so";

    private static readonly string PackagePath = $"runtimes/{ProfilerPlatform.NativeRuntimeIdentifier}/native/{Name}";

    /// <summary>The library's absolute path; the runtime must be given the same path that this process loads.</summary>
    /// <returns>The path.</returns>
    /// <exception cref="BackendUnavailableException">There is no such file.</exception>
    public static string Find()
    {
        List<string> tried = [];
        foreach (string candidate in Candidates())
        {
            if (File.Exists(candidate))
            {
                return Path.GetFullPath(candidate);
            }

            tried.Add(candidate);
        }

        throw new BackendUnavailableException(
            ManagedBackend.BackendName,
            BackendUnavailableReason.NativeLibraryMissing,
            $"its native library was not found; looked for {string.Join(", ", tried)}.",
            "Publish the runtimes folder of the package with the program, or build native/profiler with a C compiler.");
    }

    private static IEnumerable<string> Candidates()
    {
        List<string> folders = [AppContext.BaseDirectory];
        if (OwnFolder() is { Length: > 0 } beside)
        {
            folders.Add(beside);
        }

        foreach (string folder in folders.Distinct())
        {
            yield return Path.Combine(folder, PackagePath);
            yield return Path.Combine(folder, Name);
        }

        // The host lists the folders of package assets here when a program runs from a NuGet cache.
        string searched = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? string.Empty;
        foreach (string folder in searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            yield return Path.Combine(folder, Name);
        }
    }

    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "Of a single file it is empty: the library lies beside the program then, or where the host has laid it.")]
    private static string? OwnFolder() => Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location);
}
