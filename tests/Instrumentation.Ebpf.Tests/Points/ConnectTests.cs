using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Points;

/// <summary>A system call whose argument is a structure in the caller's memory; needs a network and a shell that connects, which the kernel matrix has not.</summary>
public sealed class ConnectTests
{
    [Fact]
    public async Task Connect_OfARealProgram_HasItsAddress()
    {
        using TcpListener server = new(IPAddress.Loopback, 0);
        server.Start();
        int port = ((IPEndPoint)server.LocalEndpoint).Port;
        await using InstrumentationSession session = await KernelSession.StartAsync();
        var connects = await session.AttachAsync(
            Probe.Syscall("connect").Capture(c => new { Port = c.Memory<ushort>(c.Arg<long>("uservaddr") + 2), Host = c.Memory<uint>(c.Arg<long>("uservaddr") + 4), Result = c.Return<int>() }));
        using Process shell = Process.Start(new ProcessStartInfo("bash", ["-c", $"exec 3<>/dev/tcp/127.0.0.1/{port}"]))!;
        await shell.WaitForExitAsync();
        await connects.DisposeAsync();
        int seen = 0;
        await foreach (var one in connects.Events)
        {
            if (one.Event.ProcessId == shell.Id && BinaryPrimitives.ReverseEndianness(one.Value.Port) == port)
            {
                seen++;
                Assert.Equal((0x0100007fu, 0), (one.Value.Host, one.Value.Result));
            }
        }

        Assert.Equal(1, seen);
    }
}
