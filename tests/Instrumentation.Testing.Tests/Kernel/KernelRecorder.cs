using System.Text.RegularExpressions;
using Instrumentation.Testing.Kernel;

namespace Instrumentation.Testing.Tests.Kernel;

/// <summary>What tests of system calls and files share.</summary>
internal static class KernelRecorder
{
    /// <summary>Skips a test where system calls cannot be recorded.</summary>
    public static void Require()
    {
        try
        {
            KernelRights.Demand();
        }
        catch (InstrumentationException error)
        {
            Assert.Skip($"{error.Why} {error.Mend}");
        }
    }

    /// <summary>A new directory for one test; links on its way are followed.</summary>
    /// <returns>Its path.</returns>
    public static string NewDirectory() => new FilePaths().Real(Directory.CreateTempSubdirectory("instr-files-").FullName, last: true);

    /// <summary>What an assertion fails with; what differs from run to run is masked.</summary>
    /// <param name="assertion">The assertion.</param>
    /// <returns>The message.</returns>
    public static string Failure(Action assertion)
    {
        Exception error = Assert.ThrowsAny<Exception>(assertion);
        Assert.Equal("Xunit.Sdk.XunitException", error.GetType().FullName);
        return Masked(error.Message);
    }

    /// <summary>Masks what differs from run to run: durations, threads, descriptors, numbers of processes.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The masked text.</returns>
    public static string Masked(string text)
    {
        text = Regex.Replace(text, @"\([0-9.]+ (ns|us|ms|s), thread \d+\)", "(T)");
        text = Regex.Replace(text, @"= \d+ \(T\)", "= N (T)");
        return Regex.Replace(text, @"(connect|fsync)\(\d+", "$1(FD");
    }
}
