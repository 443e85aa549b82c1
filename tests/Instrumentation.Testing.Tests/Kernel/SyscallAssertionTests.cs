using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Instrumentation.Testing.Tests.Kernel;

/// <summary>Assertions on system calls: each passes and fails, with its message.</summary>
public sealed class SyscallAssertionTests
{
    [Fact]
    public async Task NotConnect_PassesAndFails()
    {
        KernelRecorder.Require();
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Syscalls.Should().NotConnect();

        using (TcpClient client = new(AddressFamily.InterNetwork))
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
        }

        Assert.Equal(
            $"""
             Expected no connection, but it happened once.
             Seen:
               connect(FD, 127.0.0.1:{port}, 16) = EINPROGRESS (T)
             """,
            KernelRecorder.Failure(() => calls.Syscalls.Should().NotConnect()));
        calls.Syscalls.Should().NotConnect("10.*").NotConnect($"*:{port + 1}");
        Assert.StartsWith("Expected no connection to 127.*, but it happened once.", KernelRecorder.Failure(() => calls.Syscalls.Should().NotConnect("127.*")), StringComparison.Ordinal);
        Assert.StartsWith("Expected no connection to *:", KernelRecorder.Failure(() => calls.Syscalls.Should().NotConnect($"*:{port}")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_OfEachKind_IsSeen()
    {
        KernelRecorder.Require();
        string directory = KernelRecorder.NewDirectory();
        await using CallRecorder calls = await CallRecorder.StartAsync();
        using HttpClient http = new();
        _ = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("http://127.0.0.1:9/"));
        using Socket blocking = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _ = Assert.ThrowsAny<SocketException>(() => blocking.Connect(IPAddress.Loopback, 7));
        using Socket six = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            six.Connect(IPAddress.IPv6Loopback, 53);
        }
        catch (SocketException)
        {
            // Without IPv6 the attempt is what counts.
        }

        using Socket unix = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _ = Assert.ThrowsAny<SocketException>(() => unix.Connect(new UnixDomainSocketEndPoint(Path.Combine(directory, "none.sock"))));

        string?[] addresses = [.. calls.Syscalls.All.Where(static call => call.Name == "connect").Select(static call => call.Address)];
        Assert.Contains("127.0.0.1:9", addresses);
        Assert.Contains("127.0.0.1:7", addresses);
        Assert.Contains("[::1]:53", addresses);
        Assert.Contains($"unix:{directory}/none.sock", addresses);
        Directory.Delete(directory);
    }

    [Fact]
    public async Task NotSpawn_PassesAndFails()
    {
        KernelRecorder.Require();
        await using CallRecorder calls = await CallRecorder.StartAsync();
        Thread thread = new(static () => Thread.Sleep(1));
        thread.Start();
        thread.Join();
        await Task.Run(static () => Thread.Sleep(1));
        calls.Syscalls.Should().NotSpawn();
        using (Process process = Process.Start("/bin/true"))
        {
            await process.WaitForExitAsync();
        }

        string message = KernelRecorder.Failure(() => calls.Syscalls.Should().NotSpawn());
        Assert.StartsWith("Expected no process started, but it happened once." + Environment.NewLine + "Seen:" + Environment.NewLine + "  ", message, StringComparison.Ordinal);
        Assert.Matches(@"  (vfork|clone|clone3|fork)\(.*\) = N \(T\)$", message);
    }

    [Fact]
    public async Task NeverHaveCalled_PassesAndFails()
    {
        KernelRecorder.Require();
        string directory = KernelRecorder.NewDirectory();
        string file = Path.Combine(directory, "a");
        await File.WriteAllTextAsync(file, "a");
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Syscalls.Should().NeverHaveCalled("unlink").NeverHaveCalled("unlinkat").NeverHaveCalled("rmdir").NeverHaveCalled("fsync");
        File.Delete(file);
        Assert.Matches(
            $"^Expected no unlink, but it happened once.\\nSeen:\\n  unlink(at)?\\(.*\"{file}\".*\\) = N \\(T\\)$",
            KernelRecorder.Failure(() => calls.Syscalls.Should().NeverHaveCalled("unlink")));
        calls.Syscalls.Should().NeverHaveCalled("rmdir");
        Directory.Delete(directory);
        Assert.StartsWith("Expected no rmdir, but it happened once.", KernelRecorder.Failure(() => calls.Syscalls.Should().NeverHaveCalled("rmdir")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HaveCalled_CountsPassAndFail()
    {
        KernelRecorder.Require();
        string file = Path.GetTempFileName();
        await using CallRecorder calls = await CallRecorder.StartAsync();
        Assert.StartsWith("Expected fsync to be called, but it was not.", KernelRecorder.Failure(() => calls.Syscalls.Should().HaveCalled("fsync")), StringComparison.Ordinal);
        using (FileStream stream = new(file, FileMode.Create))
        {
            stream.WriteByte(1);
            stream.Flush(flushToDisk: true);
            calls.Syscalls.Should().HaveCalled("fsync").Once().And.HaveCalled("open").AtLeast(1);
            stream.WriteByte(2);
            stream.Flush(flushToDisk: true);
        }

        SyscallCount fsync = calls.Syscalls.Should().HaveCalled("fsync").Times(2).AtLeast(2).AtMost(2);
        Assert.Equal(
            """
            Expected fsync to be called once, but it was called 2 times.
            Seen:
              fsync(FD) = 0 (T)
              fsync(FD) = 0 (T)
            """.Replace("= 0", "= N", StringComparison.Ordinal),
            KernelRecorder.Failure(() => fsync.Once()));
        Assert.StartsWith("Expected fsync to be called at least 3 times, but it was called 2 times.", KernelRecorder.Failure(() => fsync.AtLeast(3)), StringComparison.Ordinal);
        Assert.StartsWith("Expected fsync to be called at most once, but it was called 2 times.", KernelRecorder.Failure(() => fsync.AtMost(1)), StringComparison.Ordinal);
        Assert.StartsWith("Expected fsync to be called 3 times, but it was called 2 times.", KernelRecorder.Failure(() => fsync.Times(3)), StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task ARecordedCall_HasAllThatIsKnownOfIt()
    {
        KernelRecorder.Require();
        await using CallRecorder calls = await CallRecorder.StartAsync();
        _ = Assert.ThrowsAny<IOException>(static () => File.Open("/no/such/file", FileMode.Open));
        RecordedSyscall call = Assert.Single(calls.Syscalls.All, static call => call.Path == "/no/such/file" && call.Name.StartsWith("open", StringComparison.Ordinal));
        Assert.Equal(("ENOENT", -2L), (call.Error, call.Result));
        Assert.Null(call.Address);
        Assert.Null(call.OtherPath);
        Assert.True(call.Duration > TimeSpan.Zero);
        Assert.True(call.Started > 0);
        Assert.True(call.ThreadId > 0);
        Assert.Equal(calls.Syscalls.All.Select(static one => one.Order), Enumerable.Range(1, calls.Syscalls.All.Count).Select(static number => (long)number));
    }

    [Fact]
    public async Task WhatIsNotRecorded_CannotBeAskedFor()
    {
        KernelRecorder.Require();
        await using CallRecorder calls = await CallRecorder.StartAsync();
        SpecException error = Assert.Throws<SpecException>(() => calls.Syscalls.Should().NeverHaveCalled("write"));
        Assert.Equal("The system call write cannot be used: this recorder does not record it. Name it in RecorderOptions.Syscalls when the recorder is started.", error.Message);
        _ = Assert.Throws<SpecException>(() => calls.Syscalls.Should().NeverHaveCalled("execve"));
        Assert.Contains("unlink", Assert.Throws<PlaceNotFoundException>(() => calls.Syscalls.Should().NeverHaveCalled("unlnk")).Message, StringComparison.Ordinal);

        await using CallRecorder silent = await CallRecorder.StartAsync(new RecorderOptions { Kernel = false });
        _ = Assert.Throws<SpecException>(() => silent.Syscalls.Should());
        _ = Assert.Throws<SpecException>(() => silent.Files.Should());
        _ = Assert.Throws<SpecException>(() => silent.Syscalls.All);
    }

    [Fact]
    public async Task FurtherCalls_AreRecordedWhenNamed()
    {
        KernelRecorder.Require();
        string file = Path.GetTempFileName();
        await using CallRecorder calls = await CallRecorder.StartAsync(new RecorderOptions { Syscalls = ["pwrite64", "fsync"] });
        await File.WriteAllTextAsync(file, "text");
        calls.Syscalls.Should().HaveCalled("pwrite64").Once().And.NeverHaveCalled("fsync");
        File.Delete(file);
    }

    [Fact]
    public async Task ACallThatHasNotReturned_IsADoubt()
    {
        KernelRecorder.Require();
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        await using CallRecorder calls = await CallRecorder.StartAsync();
        Task<Socket> accepting = Task.Factory.StartNew(listener.Accept, TaskCreationOptions.LongRunning);
        Assert.True(SpinWait.SpinUntil(() => calls.SyscallsUnderWay().Any(), TimeSpan.FromSeconds(10)));
        Assert.Matches(
            "^Expected no accept, which cannot be told: something may have been missed.\\nWhy:\\n  Thread \\d+ is in accept4? still: how that ends is not known.$",
            KernelRecorder.Failure(() => calls.Syscalls.Should().NeverHaveCalled("accept")));
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        (await accepting).Dispose();
    }
}
