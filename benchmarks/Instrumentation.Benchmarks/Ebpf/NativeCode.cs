using System.Diagnostics;

namespace Instrumentation.Benchmarks.Ebpf;

/// <summary>The C sources beside the benchmark, built by the system's compiler into a directory that is gone with this.</summary>
internal sealed class NativeCode : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("instr-bench-");

    /// <summary>Builds a library.</summary>
    /// <param name="name">The source's name without its extension.</param>
    /// <returns>The library's path.</returns>
    /// <exception cref="InvalidOperationException">There is no compiler, or it found errors.</exception>
    public string BuildLibrary(string name) => Build(name, $"lib{name}.so", "-shared", "-fPIC", "-fcf-protection=none");

    /// <summary>Builds a program that uses libbpf.</summary>
    /// <param name="name">The source's name without its extension.</param>
    /// <returns>The program's path.</returns>
    /// <exception cref="InvalidOperationException">There is no compiler, or it found errors.</exception>
    public string BuildProgram(string name) => Build(name, name, "-lbpf", "-lpthread");

    /// <inheritdoc/>
    public void Dispose() => _directory.Delete(recursive: true);

    private string Build(string name, string output, params ReadOnlySpan<string> options)
    {
        string path = Path.Combine(_directory.FullName, output);
        string source = Path.Combine(AppContext.BaseDirectory, "native", $"{name}.c");
        ProcessStartInfo start = new("cc", ["-O2", "-o", path, source, .. options]) { RedirectStandardError = true };
        using Process compiler = Process.Start(start)!;
        string errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? path : throw new InvalidOperationException($"{name}.c cannot be built (it needs a C compiler and libbpf-dev): {errors}");
    }
}
