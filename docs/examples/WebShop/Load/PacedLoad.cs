using System.Diagnostics;

namespace WebShop.Load;

/// <summary>Requests at a steady pace, over real HTTP. Every window has the same requests in the same order, so that windows can be compared.</summary>
public sealed class PacedLoad : IDisposable
{
    private const int Customers = 8;

    private readonly HttpClient _client;

    /// <summary>Makes the customers; nothing is asked yet.</summary>
    /// <param name="address">Where the shop answers.</param>
    /// <param name="requestsPerSecond">The pace.</param>
    public PacedLoad(Uri address, int requestsPerSecond)
    {
        _client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Customers }) { BaseAddress = address };
        RequestsPerSecond = requestsPerSecond;
    }

    /// <summary>The pace.</summary>
    public int RequestsPerSecond { get; }

    /// <summary>Asks for a while.</summary>
    /// <param name="seconds">How long.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>The requests a second that were answered, and the processor time of the process for one of them, both sides of the connection included.</returns>
    public async Task<(double RequestsPerSecond, TimeSpan Cpu)> RunAsync(double seconds, CancellationToken cancellationToken)
    {
        int requests = (int)(seconds * RequestsPerSecond);
        (TimeSpan cpu, long start) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, Customers).Select(number => Task.Run(() => ShopAsync(number, requests, start, cancellationToken), cancellationToken)));
        return (requests / Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu) / requests);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    // A customer who is behind asks at once, so that the pace holds on average.
    private async Task ShopAsync(int number, int requests, long start, CancellationToken cancellationToken)
    {
        Customer customer = new(number + 1);
        for (int i = number; i < requests; i += Customers)
        {
            TimeSpan early = TimeSpan.FromSeconds((double)i / RequestsPerSecond) - Stopwatch.GetElapsedTime(start);
            if (early > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(early, cancellationToken);
            }

            using HttpRequestMessage request = customer.NextRequest();
            using HttpResponseMessage response = await _client.SendAsync(request, cancellationToken);
            customer.Remember(response);
        }
    }
}
