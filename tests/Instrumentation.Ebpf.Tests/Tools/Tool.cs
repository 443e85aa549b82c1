using System.Diagnostics;

namespace Instrumentation.Ebpf.Tests.Tools;

/// <summary>Programs that the tests compare with. .ci/run installs them; where one is missing, the test that needs it fails and says so.</summary>
internal static class Tool
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="name">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>What it wrote to its standard output.</returns>
    public static string Run(string name, params string[] arguments)
    {
        using Process process = Start(name, arguments);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(25)))
        {
            process.Kill();
            Assert.Fail($"{name} {string.Join(' ', arguments)} does not end");
        }

        Assert.True(process.ExitCode == 0, $"{name} {string.Join(' ', arguments)}: {errors.Result}");
        return output.Result;
    }

    /// <summary>Starts a program.</summary>
    /// <param name="name">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>The process; its output and errors are to be read.</returns>
    public static Process Start(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C";
        start.Environment["PATH"] += ":/usr/sbin:/sbin";
        foreach (string directory in start.Environment["PATH"]!.Split(':'))
        {
            if (File.Exists(Path.Combine(directory, start.FileName)))
            {
                start.FileName = Path.Combine(directory, start.FileName);
                return Process.Start(start)!;
            }
        }

        throw new InvalidOperationException($"'{start.FileName}' is not installed: .ci/run installs what the tests need.");
    }
}
