using System.Diagnostics;
using System.Text.RegularExpressions;

namespace PackageCheck;

/// <summary>What the packages of a repository should be, read from its sources.</summary>
internal sealed partial class Expectations
{
    // Whatever happens to the projects: without these it is not the library.
    private static readonly string[] AtLeast = ["Instrumentation", "Instrumentation.Core", "Instrumentation.Ebpf", "Instrumentation.Managed", "Instrumentation.Testing"];

    // What packages may bring of others.
    private static readonly Dictionary<string, string[]> Foreign = new()
    {
        ["Instrumentation.Managed"] = ["Microsoft.Diagnostics.NETCore.Client", "Mono.Cecil"],
        ["Instrumentation.Ebpf"] = ["Iced", "Microsoft.Diagnostics.NETCore.Client"],
    };

    /// <summary>Reads the sources.</summary>
    /// <param name="repository">The root of the repository.</param>
    public Expectations(string repository)
    {
        Root = Path.GetFullPath(repository).TrimEnd('/');
        Ids = [.. Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories).Select(static file => Path.GetFileNameWithoutExtension(file)!).Union(AtLeast)];
        Commit = Git("rev-parse HEAD");
        Exports = [.. Export().Matches(File.ReadAllText(Path.Combine(Root, "native/profiler/profiler.h"))).Select(static match => match.Groups["name"].Value), "DllGetClassObject", "DllCanUnloadNow"];
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

        // A home may be /root, and /proc/<id>/root/ is what code means at times: there the folder of packages is what gives builds away.
        MachinePaths = [Root + "/", home + "/.nuget/"];
    }

    /// <summary>The root of the repository.</summary>
    public string Root { get; }

    /// <summary>The packages' ids.</summary>
    public IReadOnlyList<string> Ids { get; }

    /// <summary>The commit that is packed.</summary>
    public string Commit { get; }

    /// <summary>What the native library exports.</summary>
    public IReadOnlyList<string> Exports { get; }

    /// <summary>What tells of the machine that built, and must not be in any file.</summary>
    public IReadOnlyList<string> MachinePaths { get; }

    /// <summary>The packages of others that a package may depend on.</summary>
    /// <param name="id">The package.</param>
    /// <returns>Their ids.</returns>
    public static IReadOnlyList<string> ForeignOf(string id) => Foreign.GetValueOrDefault(id) ?? [];

    /// <summary>The native libraries that a package has, by the platform.</summary>
    /// <param name="id">The package.</param>
    /// <returns>The names of the entries.</returns>
    public static IReadOnlyList<string> NativesOf(string id) => id == "Instrumentation.Managed"
        ? ["runtimes/linux-x64/native/libinstrumentation_profiler.so", "runtimes/linux-arm64/native/libinstrumentation_profiler.so"]
        : [];

    private string Git(string arguments)
    {
        using Process git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = Root, RedirectStandardOutput = true })!;
        string output = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        return git.ExitCode == 0 ? output : throw new InvalidOperationException($"git {arguments} ended with {git.ExitCode}: the packages are compared with the commit that they were made from.");
    }

    [GeneratedRegex(@"^INSTR_EXPORT [^;(]*?(?<name>\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Export();
}
