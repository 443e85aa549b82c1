using System.Runtime.InteropServices;
using Instrumentation.Testing.Kernel;
using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing.Tests.Kernel;

/// <summary>What recorders cannot tell for sure, and starts that come to nothing.</summary>
[Collection(AloneCollection.Name)]
public sealed partial class KernelDoubtTests
{
    [Fact]
    public async Task RelativePaths_AfterTheDirectoryHasChanged_AreADoubt()
    {
        KernelRecorder.Require();
        string directory = KernelRecorder.NewDirectory();
        string before = Environment.CurrentDirectory;
        await using CallRecorder calls = await CallRecorder.StartAsync();
        try
        {
            Assert.Equal(0, MakeDirectory("relative.before", 0x1FF));
            Environment.CurrentDirectory = directory;
            Assert.Equal(0, MakeDirectory("relative", 0x1FF));
            Assert.Matches("mkdir\\(\"relative.*\\) = 0 .*: .*chang", KernelRecorder.Failure(() => calls.Files.Should().OnlyWriteUnder("/")).Replace("= N", "= 0", StringComparison.Ordinal));
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }

        Directory.Delete("relative.before");
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task RelativePaths_BeginAtTheDirectoryOfTheStart()
    {
        KernelRecorder.Require();
        string name = $"relative.{Guid.NewGuid():N}";
        await using CallRecorder calls = await CallRecorder.StartAsync();
        Assert.Equal(0, MakeDirectory(name, 0x1FF));
        string path = Path.GetFullPath(name);
        calls.Files.Should().OnlyWriteUnder(Environment.CurrentDirectory).HaveWritten(path);
        Directory.Delete(path);
        calls.Files.Should().OnlyWriteUnder(Environment.CurrentDirectory).HaveWritten(path);
    }

    [Fact]
    public async Task IoUring_IsADoubt()
    {
        KernelRecorder.Require();
        byte[] parameters = new byte[120];
        await using CallRecorder calls = await CallRecorder.StartAsync();
        nint ring = IoUringSetup(425, 4, parameters);
        Assert.SkipWhen(ring < 0, "This machine has no io_uring, or forbids it.");
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = new(ring, ownsHandle: true);
        Assert.Contains("what is done through it is no system call, and is not seen", KernelRecorder.Failure(() => calls.Files.Should().NotWrite()), StringComparison.Ordinal);
        Assert.Contains("io_uring is in use", KernelRecorder.Failure(() => calls.Syscalls.Should().NotConnect()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartsThatComeToNothing_LeaveNothing()
    {
        KernelRecorder.Require();
        Assert.Contains("fsync", (await Assert.ThrowsAsync<PlaceNotFoundException>(() => CallRecorder.StartAsync(new RecorderOptions { Syscalls = ["fsnc"] }))).Message, StringComparison.Ordinal);
        for (int i = 0; i < 300 && !(KernelTable.IsIdle && WatchTable.IsIdle); i++)
        {
            await Task.Delay(50);
        }

        Assert.True(KernelTable.IsIdle && WatchTable.IsIdle);
        using CancellationTokenSource cancel = new();
        Task<CallRecorder> starting = CallRecorder.StartAsync(cancellationToken: cancel.Token);
        await cancel.CancelAsync();
        try
        {
            await (await starting).DisposeAsync();
        }
        catch (OperationCanceledException)
        {
            // Cancelled while the programs were being attached.
        }

        for (int i = 0; i < 300 && !(KernelTable.IsIdle && WatchTable.IsIdle); i++)
        {
            await Task.Delay(50);
        }

        Assert.True(KernelTable.IsIdle && WatchTable.IsIdle);
    }

    [LibraryImport("libc", EntryPoint = "mkdir", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeDirectory(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint IoUringSetup(nint number, nint entries, [In, Out] byte[] parameters);
}
