using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing.Tests.Recording;

/// <summary>Methods of every kind are recorded: static, sealed, private, generic, of the framework, constructors, asynchronous.</summary>
public sealed class KindsOfMethodTests
{
    [Fact]
    public async Task MethodsOfTheFrameworkAreRecorded()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => File.WriteAllText(default!, default(string)!)).Watch(() => File.ReadAllText(default!)).Watch(() => File.Delete(default!))
            .Watch(typeof(JsonSerializer).GetMethod("GetTypeInfo", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static, [typeof(JsonSerializerOptions), typeof(Type)])!);
        File.WriteAllText(path, "text");
        Assert.Equal("text", File.ReadAllText(path));
        File.Delete(path);
        _ = JsonSerializer.Serialize(new { A = 1 }, typeof(object));
        Assert.Equal(["WriteAllText", "ReadAllText", "Delete", "GetTypeInfo"], calls.Calls.Select(static call => call.Method.Name));
        Assert.Equal("text", calls.Calls[1].Result);
        Assert.Empty(calls.Doubts(null));
    }

    [Fact]
    public async Task GenericMethodsAndTypesAreRecordedForEveryArgument()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Generic<int>.Pair<string>(default, default!)).Watch((Generic<int> g) => g.Get()).Watch(() => new Generic<int>(0));
        _ = Generic<int>.Pair(1, "a");
        _ = Generic<string>.Pair("b", Guid.Empty);
        _ = new Generic<double>(1.5).Get();
        _ = new Generic<List<int>>([1]).Get();
        Assert.Equal(["Pair", "Pair", ".ctor", "Get", ".ctor", "Get"], calls.Calls.Select(static call => call.Method.Name));
        Assert.Equal([1, "a"], calls.Calls[0].Arguments);
        Assert.Equal((1, "a"), calls.Calls[0].Result);
        Assert.Equal(("b", Guid.Empty), calls.Calls[1].Result);
        Assert.Equal(1.5, calls.Calls[3].Result);
        Assert.Equal([1], (List<int>)calls.Calls[5].Result!);
    }

    [Fact]
    public async Task IteratorsAndRecursionAreRecorded()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch(() => Count(0)).Watch(() => CountAsync(0)).Watch(() => Down(0));
        Assert.Equal([0, 1], Count(2));
        List<int> seen = [];
        await foreach (int number in CountAsync(2))
        {
            seen.Add(number);
        }

        Assert.Equal([0, 1], seen);
        Assert.Equal(3, Down(3));
        Assert.Equal(["Count", "CountAsync", "Down", "Down", "Down", "Down"], calls.Calls.Select(static call => call.Method.Name));
        Assert.Same(calls.Calls[4], calls.Calls[5].Parent);
    }

    [Fact]
    public async Task ARequestIsOneCallAcrossThreadsAndTheServerIsItsOwnFlow()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task server;
        using (ExecutionContext.SuppressFlow())
        {
            server = Task.Run(async () =>
            {
                using TcpClient accepted = await listener.AcceptTcpClientAsync();
                await using NetworkStream stream = accepted.GetStream();
                _ = await stream.ReadAsync(new byte[4096]);
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"u8.ToArray());
                _ = Down(1);
            });
        }

        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((HttpMessageInvoker i) => i.SendAsync(default!, default)).Watch(() => Down(0));
        using HttpClient client = new();
        Assert.Equal("hi", await client.GetStringAsync($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"));
        await server;
        RecordedCall send = Assert.Single(calls.Calls, static call => call.Method.DeclaringType == typeof(HttpMessageInvoker));
        Assert.IsType<HttpResponseMessage>(send.Result);
        Assert.DoesNotContain(calls.Calls, static call => call.Method.Name == nameof(Down));
    }

    [Fact]
    public async Task WhatRecordersUseThemselvesCanBeWatched()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((List<object> l) => l.Add(default!)).Watch(() => string.Concat(default(string), default(string))).Watch(typeof(AsyncLocal<object>)).Watch(() => ExecutionContext.Capture());
        await calls.ReadyAsync();
        Assert.DoesNotContain(calls.Calls, static call => call.Arguments is [CoverageGap or RecordedCall or WatchedMethod]);
        List<object> list = ["a"];
        list.Add("b");
        AsyncLocal<object?> local = new() { Value = "c" };
        await Task.Yield();
        Assert.Equal("c", local.Value);
        Assert.Contains(calls.Calls, static call => call.Method.Name == "Add" && call.Arguments[0] is "b");
        Assert.Contains(calls.Calls, static call => call.Method.Name == "set_Value" && call.Arguments[0] is "c");
    }

    private static int Down(int from) => from == 0 ? 0 : 1 + Down(from - 1);

    private static IEnumerable<int> Count(int to)
    {
        for (int i = 0; i < to; i++)
        {
            yield return i;
        }
    }

    private static async IAsyncEnumerable<int> CountAsync(int to)
    {
        for (int i = 0; i < to; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    private sealed class Generic<T>(T value)
    {
        public static (T, TOther) Pair<TOther>(T value, TOther other) => (value, other);

        public T Get() => value;
    }
}
