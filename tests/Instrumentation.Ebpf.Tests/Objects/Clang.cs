using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Objects;

/// <summary>Compiles BPF objects: the samples of native/ebpf, and sources that tests write.</summary>
internal static class Clang
{
    /// <summary>The folder of the samples.</summary>
    public static string Samples { get; } = FindSamples();

    /// <summary>Compiles a sample.</summary>
    /// <param name="directory">Where the object is put.</param>
    /// <param name="name">The sample's name.</param>
    /// <returns>The object's path.</returns>
    public static string Sample(TemporaryDirectory directory, string name) => Run(directory, Path.Combine(Samples, name + ".c"), name);

    /// <summary>Compiles a source.</summary>
    /// <param name="directory">Where source and object are put.</param>
    /// <param name="source">The source; it may include <c>bpf.h</c>.</param>
    /// <param name="arguments">Further arguments of the compiler.</param>
    /// <returns>The object's path.</returns>
    public static string Source(TemporaryDirectory directory, string source, params string[] arguments)
    {
        File.WriteAllText(directory["x.c"], source);
        return Run(directory, directory["x.c"], "x", arguments);
    }

    private static string Run(TemporaryDirectory directory, string source, string name, params string[] arguments)
    {
        string output = directory[name + ".o"];
        Tool.Run("clang", ["-target", "bpf", "-g", "-O2", "-Wall", "-Werror", "-I", Samples, .. arguments, "-c", source, "-o", output]);
        return output;
    }

    private static string FindSamples()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string samples = Path.Combine(at.FullName, "native", "ebpf");
            if (Directory.Exists(samples))
            {
                return samples;
            }
        }

        throw new InvalidOperationException("The folder native/ebpf is not above the tests.");
    }
}
