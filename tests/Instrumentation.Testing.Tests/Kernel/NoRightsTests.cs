using System.Diagnostics;

namespace Instrumentation.Testing.Tests.Kernel;

/// <summary>Recorders where system calls cannot be recorded.</summary>
public sealed class NoRightsTests
{
    private const string InChild = "INSTRUMENTATION_NO_RIGHTS_CHILD";
    private const string Tool = "/usr/bin/setpriv";

    [Fact]
    public async Task WithoutRights_AssertionsOnSystemCallsAreSkippedWithTheReason()
    {
        KernelRecorder.Require();
        if (!File.Exists(Tool))
        {
            Assert.Skip($"{Tool} (util-linux) is not here.");
        }

        // The test program is started by its own name or by dotnet.
        string program = Environment.ProcessPath!;
        string[] self = Path.GetFileName(program) == "dotnet" ? [program, typeof(NoRightsTests).Assembly.Location] : [program];
        ProcessStartInfo start = new(Tool, ["--bounding-set=-all", "--inh-caps=-all", .. self, "--filter-class", typeof(NoRightsTests).FullName!])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[InChild] = "1";
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string output = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        output += await errors;
        Assert.Contains("System calls are not recorded here: it needs Linux 5.8 with CONFIG_BPF_SYSCALL and the rights to call bpf(2) (ebpf.syscall). Run with CAP_BPF and CAP_PERFMON (or as root).", output, StringComparison.Ordinal);
        Assert.Contains("ManagedAssertions_WorkAllTheSame: fine", output, StringComparison.Ordinal);
        Assert.True(child.ExitCode == 0, output);
    }

    [Fact]
    public async Task SystemCalls_AreSkippedThereAndOnlyThere()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        _ = calls.Syscalls.Should().NotConnect();
        Assert.True(Environment.GetEnvironmentVariable(InChild) is null, "It was not skipped.");
    }

    [Fact]
    public async Task ManagedAssertions_WorkAllTheSame()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Shop.Cache));
        _ = Shop.Cache.HashOf("abc");
        Assert.Equal(2, calls.Calls.Count);
        if (Environment.GetEnvironmentVariable(InChild) is not null)
        {
            Console.WriteLine($"{nameof(ManagedAssertions_WorkAllTheSame)}: fine");
        }
    }
}
