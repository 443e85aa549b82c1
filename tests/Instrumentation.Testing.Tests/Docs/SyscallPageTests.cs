using Instrumentation.Testing.Tests.Kernel;

namespace Instrumentation.Testing.Tests.Docs;

/// <summary>What docs/testing.md shows of system calls and files; a test of Instrumentation.Tests compares them.</summary>
public sealed class SyscallPageTests
{
    [Fact]
    public async Task Export()
    {
        KernelRecorder.Require();
        string directory = KernelRecorder.NewDirectory();
        Exporter exporter = new();

        await using CallRecorder calls = await CallRecorder.StartAsync();
        await exporter.SaveAsync(directory);

        calls.Files.Should().OnlyWriteUnder(directory).HaveWritten(Path.Combine(directory, "report.txt")).NeverHaveOpened("*.secret");
        calls.Syscalls.Should().NotConnect().NotSpawn().NeverHaveCalled("unlink").HaveCalled("fsync").Once();

        Directory.Delete(directory, recursive: true);
    }

    private sealed class Exporter
    {
        public async Task SaveAsync(string directory)
        {
            await using FileStream file = File.Create(Path.Combine(directory, "report.txt"));
            await file.WriteAsync("report"u8.ToArray());
            await Task.Run(() => file.Flush(flushToDisk: true));
        }
    }
}
