using System.Runtime.Versioning;
using Instrumentation.Testing.Kernel;

namespace Instrumentation.Testing.Tests.Kernel;

/// <summary>Assertions on files: each passes and fails, with its message.</summary>
[SupportedOSPlatform("linux")]
public sealed class FileAssertionTests
{
    [Fact]
    public async Task OnlyWriteUnder_PassesAndFails()
    {
        KernelRecorder.Require();
        string inside = KernelRecorder.NewDirectory();
        string outside = KernelRecorder.NewDirectory();
        await using CallRecorder calls = await CallRecorder.StartAsync();
        await File.WriteAllTextAsync($"{inside}/a", "a");
        File.Copy($"{inside}/a", $"{inside}/b");
        File.Move($"{inside}/b", $"{inside}/c");
        Directory.CreateDirectory($"{inside}/d/e");
        Directory.Delete($"{inside}/d", recursive: true);
        File.SetLastWriteTimeUtc($"{inside}/a", DateTime.UnixEpoch);
        File.SetUnixFileMode($"{inside}/a", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _ = await File.ReadAllTextAsync("/etc/hostname");
        calls.Files.Should().OnlyWriteUnder(inside);
        Assert.Equal([$"{inside}/a", $"{inside}/b", $"{inside}/c", $"{inside}/d", $"{inside}/d/e"], calls.Files.Written.Order());
        Assert.Contains("/etc/hostname", calls.Files.Read);

        File.Delete($"{outside}/none");
        calls.Files.Should().OnlyWriteUnder(inside);
        await File.WriteAllTextAsync($"{outside}/x", "x");
        Assert.Matches(
            $"^Expected files to be written under {inside} only, but 1 was written elsewhere.\\nSeen:\\n  {outside}/x by openat\\(AT_FDCWD, \"{outside}/x\", \\d+, 438\\) = N \\(T\\)$",
            KernelRecorder.Failure(() => calls.Files.Should().OnlyWriteUnder(inside)));
        calls.Files.Should().OnlyWriteUnder(inside, outside).OnlyWriteUnder("/");
        Directory.Delete(inside, recursive: true);
        Directory.Delete(outside, recursive: true);
    }

    [Theory]
    [InlineData("write")]
    [InlineData("append")]
    [InlineData("readwrite")]
    [InlineData("create")]
    [InlineData("truncate")]
    [InlineData("delete")]
    [InlineData("move from")]
    [InlineData("move to")]
    [InlineData("mkdir")]
    [InlineData("rmdir")]
    [InlineData("mode")]
    [InlineData("times")]
    [InlineData("symlink")]
    [InlineData("through a link")]
    [InlineData("through ..")]
    [InlineData("async")]
    public async Task EachWayToChangeAFileElsewhere_IsSeen(string way)
    {
        KernelRecorder.Require();
        string inside = KernelRecorder.NewDirectory();
        string outside = KernelRecorder.NewDirectory();
        await File.WriteAllTextAsync($"{inside}/i", "i");
        await File.WriteAllTextAsync($"{outside}/o", "o");
        Directory.CreateDirectory($"{outside}/d");
        _ = Directory.CreateSymbolicLink($"{inside}/link", outside);
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Files.Should().NotWrite();
        switch (way)
        {
            case "write":
                File.WriteAllBytes($"{outside}/o", [1]);
                break;
            case "append":
                File.AppendAllText($"{outside}/o", "more");
                break;
            case "readwrite":
                File.Open($"{outside}/o", FileMode.Open, FileAccess.ReadWrite).Dispose();
                break;
            case "create":
                File.Create($"{outside}/new").Dispose();
                break;
            case "truncate":
                File.Open($"{outside}/o", FileMode.Truncate, FileAccess.Write).Dispose();
                break;
            case "delete":
                File.Delete($"{outside}/o");
                break;
            case "move from":
                File.Move($"{outside}/o", $"{inside}/o");
                break;
            case "move to":
                File.Move($"{inside}/i", $"{outside}/i");
                break;
            case "mkdir":
                Directory.CreateDirectory($"{outside}/e");
                break;
            case "rmdir":
                Directory.Delete($"{outside}/d");
                break;
            case "mode":
                File.SetUnixFileMode($"{outside}/o", UnixFileMode.UserRead);
                break;
            case "times":
                File.SetLastWriteTimeUtc($"{outside}/o", DateTime.UnixEpoch);
                break;
            case "symlink":
                File.CreateSymbolicLink($"{outside}/l", "o");
                break;
            case "through a link":
                await File.WriteAllTextAsync($"{inside}/link/o", "x");
                break;
            case "through ..":
                Directory.CreateDirectory($"{inside}/../{Path.GetFileName(outside)}/f");
                break;
            default:
                await using (FileStream stream = new($"{outside}/o", FileMode.Open, FileAccess.Write, FileShare.None, 1, useAsync: true))
                {
                    await stream.WriteAsync(new byte[10]);
                }

                break;
        }

        Assert.StartsWith($"Expected files to be written under {inside} only, but ", KernelRecorder.Failure(() => calls.Files.Should().OnlyWriteUnder(inside)), StringComparison.Ordinal);
        Assert.StartsWith("Expected no file to be written, but ", KernelRecorder.Failure(() => calls.Files.Should().NotWrite()), StringComparison.Ordinal);
        Directory.Delete(inside, recursive: true);
        Directory.Delete(outside, recursive: true);
    }

    [Fact]
    public async Task HaveWrittenAndRead_PassAndFail()
    {
        KernelRecorder.Require();
        string directory = KernelRecorder.NewDirectory();
        await File.WriteAllTextAsync($"{directory}/in", "x");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        await File.WriteAllTextAsync($"{directory}/out", await File.ReadAllTextAsync($"{directory}/in"));
        calls.Files.Should().HaveWritten($"{directory}/out").HaveRead($"{directory}/in").HaveWritten($"{directory}/../{Path.GetFileName(directory)}/out");
        Assert.Matches(
            $"^Expected {directory}/in to be written, but it was not.\\nFiles that were written:\\n  {directory}/out by openat\\(.*\\) = N \\(T\\)$",
            KernelRecorder.Failure(() => calls.Files.Should().HaveWritten($"{directory}/in")));
        Assert.StartsWith($"Expected {directory}/out to be read, but it was not.", KernelRecorder.Failure(() => calls.Files.Should().HaveRead($"{directory}/out")), StringComparison.Ordinal);
        Assert.Equal([$"{directory}/out"], calls.Files.Written);
        Assert.Contains($"{directory}/in", calls.Files.Read);
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task NeverHaveOpened_PassesAndFails()
    {
        KernelRecorder.Require();
        string directory = KernelRecorder.NewDirectory();
        await File.WriteAllTextAsync($"{directory}/a.secret", "x");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Files.Should().NeverHaveOpened("*.secret").NeverHaveOpened($"{directory}/*");
        _ = await File.ReadAllTextAsync($"{directory}/a.secret");
        Assert.StartsWith(
            $"Expected no file *.secret to be opened, but 1 was opened.{Environment.NewLine}Seen:{Environment.NewLine}  {directory}/a.secret by openat(", KernelRecorder.Failure(() => calls.Files.Should().NeverHaveOpened("*.secret")), StringComparison.Ordinal);
        Assert.StartsWith($"Expected no file {directory}/* to be opened, but 1 was opened.", KernelRecorder.Failure(() => calls.Files.Should().NeverHaveOpened($"{directory}/*")), StringComparison.Ordinal);
        calls.Files.Should().NeverHaveOpened("*.other");
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task APathThatCannotBeFollowed_IsADoubt()
    {
        KernelRecorder.Require();
        string directory = KernelRecorder.NewDirectory();
        string path = $"{directory}/{string.Concat(Enumerable.Repeat("0123456789abcdef/", 65))}";
        Directory.CreateDirectory(path);
        using FileStream before = new($"{directory}/before", FileMode.Create, FileAccess.ReadWrite);
        await using CallRecorder calls = await CallRecorder.StartAsync();
        before.SetLength(100);
        before.Flush();
        string descriptor = KernelRecorder.Failure(() => calls.Files.Should().OnlyWriteUnder(directory));
        Assert.StartsWith($"Expected files to be written under {directory} only, which cannot be told: something may have been missed.{Environment.NewLine}Why:{Environment.NewLine}  ftruncate(", descriptor, StringComparison.Ordinal);
        Assert.EndsWith($"was opened before the recorder was started, or elsewhere; it is open on {directory}/before now", descriptor, StringComparison.Ordinal);

        await using CallRecorder second = await CallRecorder.StartAsync();
        File.Create($"{path}file").Dispose();
        Assert.EndsWith("its path is longer than what is recorded", KernelRecorder.Failure(() => second.Files.Should().OnlyWriteUnder(directory)), StringComparison.Ordinal);
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void Paths_AreFollowed()
    {
        string directory = KernelRecorder.NewDirectory();
        Directory.CreateDirectory($"{directory}/a/b");
        _ = Directory.CreateSymbolicLink($"{directory}/l", "a/b");
        _ = File.CreateSymbolicLink($"{directory}/loop", "loop");
        FilePaths paths = new();
        Assert.Equal($"{directory}/a/b", paths.Real($"{directory}/l", last: true));
        Assert.Equal($"{directory}/l", paths.Real($"{directory}/l", last: false));
        Assert.Equal($"{directory}/a/x", paths.Real($"{directory}/l/../x", last: true));
        Assert.Equal($"{directory}/no/x", paths.Real($"{directory}/./no//x", last: true));
        Assert.Equal($"{directory}/loop", paths.Real($"{directory}/loop", last: true));
        Assert.Equal("/", paths.Real("/../..", last: true));
        Directory.Delete(directory, recursive: true);
    }
}
