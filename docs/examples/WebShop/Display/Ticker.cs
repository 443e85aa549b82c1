namespace WebShop.Display;

/// <summary>Does something once a second until it is disposed.</summary>
public sealed class Ticker : IAsyncDisposable
{
    private readonly PeriodicTimer _timer = new(TimeSpan.FromSeconds(1));
    private readonly Task _ticking;

    /// <summary>Begins.</summary>
    /// <param name="tick">What is done.</param>
    public Ticker(Action tick) => _ticking = TickAsync(tick);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _ticking;
    }

    private async Task TickAsync(Action tick)
    {
        while (await _timer.WaitForNextTickAsync())
        {
            tick();
        }
    }
}
