namespace WebShop.Load;

/// <summary>A few customers who shop without a pause, over real HTTP, until they are told to stop.</summary>
public sealed class LoadGenerator : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpClient _client;
    private readonly Task[] _customers;
    private long _completed;
    private long _failed;

    /// <summary>Starts the customers.</summary>
    /// <param name="address">Where the shop answers.</param>
    /// <param name="customers">How many there are: the number of requests under way at a time.</param>
    public LoadGenerator(Uri address, int customers)
    {
        _client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = customers }) { BaseAddress = address };
        _customers = [.. Enumerable.Range(1, customers).Select(number => Task.Run(() => ShopAsync(new Customer(number))))];
    }

    /// <summary>Requests that were answered, with whatever status.</summary>
    public long Completed => Volatile.Read(ref _completed);

    /// <summary>Requests that were not answered at all.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_customers);
        _client.Dispose();
        _stopping.Dispose();
    }

    private async Task ShopAsync(Customer customer)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using HttpRequestMessage request = customer.NextRequest();
                using HttpResponseMessage response = await _client.SendAsync(request, _stopping.Token);
                customer.Remember(response);
                Interlocked.Increment(ref _completed);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (HttpRequestException)
            {
                Interlocked.Increment(ref _failed);
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }
    }
}
