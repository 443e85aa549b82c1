using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Instrumentation.Tests.Processes;

/// <summary>What came of a child process that played a scenario of the program Probed.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote.</param>
/// <param name="Errors">What it wrote to the error stream.</param>
internal sealed record ChildResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The value of a line <c>name=value</c>.</summary>
    /// <param name="name">The name.</param>
    public string this[string name] => Output.Split('\n').FirstOrDefault(line => line.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..]
        ?? throw new KeyNotFoundException($"the child wrote no line '{name}=': {this}");
}

/// <summary>Plays scenarios in processes of their own.</summary>
internal static class ChildProcess
{
    /// <summary>The longest that a child may take, on a machine that is busy.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly string[] Inherited = ["CORECLR_", "COR_", "DOTNET_EnableDiagnostics", "COMPlus_"];

    /// <summary>The folder of the tests' output, which holds Probed as well.</summary>
    public static string Folder => AppContext.BaseDirectory;

    /// <summary>The native profiler beside the tests.</summary>
    public static string NativeLibrary => Path.Combine(Folder, "runtimes", "linux-x64", "native", "libinstrumentation_profiler.so");

    /// <summary>Plays a scenario to its end; a child that hangs fails the test and is ended.</summary>
    /// <param name="scenario">The scenario and its arguments.</param>
    /// <param name="environment">Variables that the child has besides.</param>
    /// <param name="folder">Where Probed.dll lies; null for the tests' own folder.</param>
    /// <param name="talk">Talks to the child while it runs: is given its input and its output, of which it may read lines; null for a child that only writes.</param>
    /// <returns>What came of it.</returns>
    public static async Task<ChildResult> RunAsync(
        string scenario,
        IReadOnlyDictionary<string, string>? environment = null,
        string? folder = null,
        Func<StreamWriter, StreamReader, Task>? talk = null)
    {
        ProcessStartInfo start = new(Host(), [Path.Combine(folder ?? Folder, "Probed.dll"), .. scenario.Split(' ')])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = talk is not null,
        };
        foreach (string name in start.Environment.Keys.Where(name => Inherited.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        await (talk?.Invoke(child.StandardInput, child.StandardOutput) ?? Task.CompletedTask).WaitAsync(Limit);
        Task<string> output = child.StandardOutput.ReadToEndAsync();
        using CancellationTokenSource limit = new(Limit);
        try
        {
            await child.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            child.Kill();
            Assert.Fail($"'{scenario}' did not end within {Limit}; it wrote: {await output} {await errors}");
        }

        return new ChildResult(child.ExitCode, await output, await errors);
    }

    // The program `dotnet` that belongs to the runtime of this process.
    private static string Host() => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
}
