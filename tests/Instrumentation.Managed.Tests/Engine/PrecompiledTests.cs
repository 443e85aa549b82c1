using System.Net;
using System.Text;
using Instrumentation.Managed.Tests.Harness;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>
/// Precompiled framework code that every program runs: each test tells its own calls by their arguments. Alone, since calls of other tests that are under way, with copies of
/// what is probed here, are gaps.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class PrecompiledTests
{
    private sealed record Marker(int Number);

    private sealed record Sent(string Address, HttpStatusCode Status);

    private sealed record Read(int Wanted, int Given);

    [Fact]
    public async Task StringConcat_EveryCall_IsSeenOnceWithItsTexts()
    {
        const string Left = "concat of PrecompiledTests: ";
        IReadOnlyList<string> texts = await Watch.CapturesAsync(
            Probe.Method(() => string.Concat("", "")).When(c => c.Arg<string>("str0") == Left).Capture(c => c.Return<string>()),
            () =>
            {
                for (int i = 0; i < 9; i++)
                {
                    Assert.Equal($"{Left}{i}", string.Concat(Left, $"{i}"));
                }
            });
        Assert.Equal(Enumerable.Range(0, 9).Select(static i => $"{Left}{i}"), texts);
    }

    [Fact]
    public async Task ListAdd_OverAnyT_IsSeenWithTheExactT()
    {
        await using InstrumentationSession session = await Watch.StartAsync();
        AggregateHandle<CountSnapshot> count = await session.AttachAsync(
            Probe.Method((List<object> list) => list.Add(default!)).When(c => c.Arg<object>("item") is Marker).Count());
        AggregateHandle<CountSnapshot> numbers = await session.AttachAsync(
            Probe.Method((List<int> list) => list.Add(default)).When(c => c.Arg<int>("item") == 1_922_337_401).Count());
        List<Marker> markers = [];
        List<int> some = [];
        List<string> others = [];
        for (int i = 0; i < 1000; i++)
        {
            markers.Add(new Marker(i));
            some.Add(1_922_337_401);
            others.Add("");
        }

        Assert.Equal((1000, 1000, 1000), (markers.Count, some.Count, others.Count));
        Assert.Equal((1000, 1000), (count.Read().Total, numbers.Read().Total));
        await count.DisposeAsync();
        await numbers.DisposeAsync();
        markers.Add(new Marker(0));
        Assert.Equal(1000, count.Read().Total);
    }

    [Fact]
    public async Task HttpClientSendAsync_EndsWithItsResponse()
    {
        using HttpListener server = new();
        int port = Enumerable.Range(20_000, 20_000).First(candidate => TryListen(server, candidate));
        Task serving = ServeAsync(server);
        using HttpClient client = new();
        IReadOnlyList<Sent> sent = await Watch.CapturesAsync(
            Probe.Method((HttpClient one) => one.SendAsync(default!, default(HttpCompletionOption), default))
                .When(c => c.Field<string>(c.Arg<object>("request"), "_requestUri._string").StartsWith("http://localhost:"))
                .Capture(c => new Sent(
                    c.Field<string>(c.Arg<object>("request"), "_requestUri._string"),
                    c.Field<HttpStatusCode>(c.Return<HttpResponseMessage>(), "_statusCode"))),
            async () =>
            {
                for (int i = 0; i < 5; i++)
                {
                    using HttpRequestMessage request = new(HttpMethod.Get, $"http://localhost:{port}/{i}");
                    using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, CancellationToken.None);
                    Assert.Equal(i == 3 ? HttpStatusCode.NotFound : HttpStatusCode.OK, response.StatusCode);
                }
            });
        server.Stop();
        await serving;
        Assert.Equal(
            Enumerable.Range(0, 5).Select(i => new Sent($"http://localhost:{port}/{i}", i == 3 ? HttpStatusCode.NotFound : HttpStatusCode.OK)),
            sent);
    }

    [Fact]
    public async Task StreamReads_OfFilesAndMemory_GiveWhatTheyRead()
    {
        const int Wanted = 76_543;
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, new byte[100_000]);
        await using InstrumentationSession session = await Watch.StartAsync();
        ProbeHandle<Read> file = await session.AttachAsync(
            Probe.Method((FileStream stream) => stream.Read(default!, 0, 0)).When(c => c.Arg<int>("count") == Wanted).Capture(c => new Read(c.Arg<int>("count"), c.Return<int>())));
        ProbeHandle<Read> memory = await session.AttachAsync(
            Probe.Method((MemoryStream stream) => stream.Read(default!, 0, 0)).When(c => c.Arg<int>("count") == Wanted).Capture(c => new Read(c.Arg<int>("count"), c.Return<int>())));
        byte[] room = new byte[Wanted];
        using (FileStream stream = File.OpenRead(path))
        {
            while (stream.Read(room, 0, Wanted) > 0)
            {
            }
        }

        MemoryStream inMemory = new(new byte[10]);
        Assert.Equal(10, inMemory.Read(room, 0, Wanted));
        File.Delete(path);
        await file.DisposeAsync();
        await memory.DisposeAsync();
        Assert.Equal([new Read(Wanted, Wanted), new Read(Wanted, 100_000 - Wanted), new Read(Wanted, 0)], await AllAsync(file));
        Assert.Equal([new Read(Wanted, 10)], await AllAsync(memory));
    }

    private static async Task<List<T>> AllAsync<T>(ProbeHandle<T> handle)
    {
        List<T> all = [];
        await foreach (ProbeEvent<T> one in handle.Events)
        {
            all.Add(one.Value);
        }

        return all;
    }

    private static bool TryListen(HttpListener server, int port)
    {
        try
        {
            server.Prefixes.Clear();
            server.Prefixes.Add($"http://localhost:{port}/");
            server.Start();
            return true;
        }
        catch (HttpListenerException)
        {
            return false;
        }
    }

    private static async Task ServeAsync(HttpListener server)
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = await server.GetContextAsync();
                context.Response.StatusCode = context.Request.Url!.AbsolutePath == "/3" ? 404 : 200;
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes("hello"));
                context.Response.Close();
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // The test has stopped the server.
        }
    }
}
