using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Instrumentation.Testing.Golden;

namespace Instrumentation.Testing.Tests.Kernel;

/// <summary>Whose system calls a recorder sees.</summary>
public sealed class KernelFlowTests
{
    private const int Recorders = 16;
    private const int Rounds = 125;

    [Fact]
    public async Task RecordersInParallel_SeeTheirOwnFilesAndConnections()
    {
        KernelRecorder.Require();
        string directory = KernelRecorder.NewDirectory();
        await Task.WhenAll(Enumerable.Range(0, Recorders).Select(number => Task.Run(() => WorkAsync(directory, number))));
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task TasksThreadsAndTimers_BelongToTheFlow()
    {
        KernelRecorder.Require();
        string directory = KernelRecorder.NewDirectory();
        await using CallRecorder calls = await CallRecorder.StartAsync();
        Thread thread = new(() => File.Create($"{directory}/thread").Dispose());
        thread.Start();
        thread.Join();
        await Task.Run(() => File.Create($"{directory}/task").Dispose());
        await Task.Delay(1);
        File.Create($"{directory}/continuation").Dispose();
        Parallel.For(0, 4, number => File.Create($"{directory}/parallel{number}").Dispose());
        TaskCompletionSource fired = new();
        using (Timer timer = new(_ => { File.Create($"{directory}/timer").Dispose(); fired.SetResult(); }, null, 1, Timeout.Infinite))
        {
            await fired.Task;
        }

        TaskCompletionSource foreign = new();
        _ = ThreadPool.UnsafeQueueUserWorkItem(_ => { File.Create($"{directory}/foreign").Dispose(); foreign.SetResult(); }, null);
        await foreign.Task;
        Assert.Equal(["continuation", "parallel0", "parallel1", "parallel2", "parallel3", "task", "thread", "timer"], calls.Files.Written.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Join_MakesAnotherFlowTheRecorders()
    {
        KernelRecorder.Require();
        string directory = KernelRecorder.NewDirectory();
        await using CallRecorder calls = await CallRecorder.StartAsync();
        TaskCompletionSource done = new();
        _ = ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                File.Create($"{directory}/before").Dispose();
                using (calls.Join())
                {
                    File.Create($"{directory}/joined").Dispose();
                }

                File.Create($"{directory}/after").Dispose();
                done.SetResult();
            },
            null);
        await done.Task;
        Assert.Equal([$"{directory}/joined"], calls.Files.Written);
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task RecordersInEachOther_BothSee()
    {
        KernelRecorder.Require();
        string directory = KernelRecorder.NewDirectory();
        await using CallRecorder outer = await CallRecorder.StartAsync();
        File.Create($"{directory}/1").Dispose();
        CallRecorder inner = await CallRecorder.StartAsync();
        File.Create($"{directory}/2").Dispose();
        await inner.DisposeAsync();
        File.Create($"{directory}/3").Dispose();
        Assert.Equal(["1", "2", "3"], outer.Files.Written.Select(Path.GetFileName));
        Assert.Equal(["2"], inner.Files.Written.Select(Path.GetFileName));
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task SpansOfTheProgram_HideNothing()
    {
        KernelRecorder.Require();
        string directory = KernelRecorder.NewDirectory();
        await using InstrumentationSession session = await InstrumentationSession.StartAsync();
        await using ProbeHandle span = await session.AttachAsync(Probe.Method(() => Touch(default!)).AsSpan());
        await using CallRecorder calls = await CallRecorder.StartAsync();
        Touch($"{directory}/inSpan");
        Assert.Equal([$"{directory}/inSpan"], calls.Files.Written);
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task ARecorderOfTheProcess_SeesAllThreads()
    {
        KernelRecorder.Require();
        string directory = KernelRecorder.NewDirectory();
        await using CallRecorder calls = await CallRecorder.StartAsync(new RecorderOptions { Scope = RecordingScope.Process });
        TaskCompletionSource done = new();
        _ = ThreadPool.UnsafeQueueUserWorkItem(_ => { File.Create($"{directory}/foreign").Dispose(); done.SetResult(); }, null);
        await done.Task;
        Assert.Contains($"{directory}/foreign", calls.Files.Written);
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void AStartThatIsWaitedFor_SeesWhatFollowsAtOnce()
    {
        KernelRecorder.Require();
        string file = Path.GetTempFileName();
        CallRecorder calls = StartNow();
        File.Delete(file);
        calls.Syscalls.Should().HaveCalled("unlink").Once();
        Assert.True(calls.DisposeAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task WatchingMethods_IsNotWhatTheTestDoes()
    {
        KernelRecorder.Require();
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(typeof(Shop.Cache));
        _ = Shop.Cache.HashOf("x");
        calls.Files.Should().NotWrite();
        calls.Syscalls.Should().NotConnect().NotSpawn();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Touch(string path) => File.Create(path).Dispose();

    [Fact]
    public async Task GoldenFiles_AreNotWhatTheTestWrites()
    {
        KernelRecorder.Require();
        string directory = KernelRecorder.NewDirectory();
        await using CallRecorder calls = await CallRecorder.StartAsync();
        GoldenFiles files = new(directory, "Tests", "trace");
        files.Accept(["a"]);
        Assert.Null(files.Reject(["b"]));
        files.Settle();
        Assert.Equal(["a"], files.Read());
        calls.Files.Should().NotWrite();
        calls.Syscalls.Should().NeverHaveCalled("unlink");
        Directory.Delete(directory, recursive: true);
    }

    private static CallRecorder StartNow() => CallRecorder.StartAsync().GetAwaiter().GetResult();

    private static async Task WorkAsync(string directory, int number)
    {
        for (int round = 0; round < Rounds; round++)
        {
            await using CallRecorder calls = await CallRecorder.StartAsync();
            string own = $"{directory}/{number}.{round}";
            Directory.CreateDirectory(own);
            await File.WriteAllTextAsync($"{own}/a", "a");
            await Task.WhenAll(Task.Run(() => File.Copy($"{own}/a", $"{own}/b")), Task.Run(() => ConnectAsync(number)));
            Directory.Delete(own, recursive: true);
            calls.Files.Should().OnlyWriteUnder(own).HaveWritten($"{own}/b");
            Assert.Equal([own, $"{own}/a", $"{own}/b"], calls.Files.Written.Order(StringComparer.Ordinal));
            Assert.Equal([$"127.0.0.1:{number + 1}"], calls.Syscalls.All.Where(static call => call.Name == "connect").Select(static call => call.Address));
            calls.Syscalls.Should().HaveCalled("connect").Once().And.NotSpawn();
        }
    }

    private static async Task ConnectAsync(int number)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, number + 1));
    }
}
