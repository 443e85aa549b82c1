using System.Runtime.CompilerServices;

namespace Instrumentation.Testing.Tests;

/// <summary>The code under test: it knows nothing of tests.</summary>
internal static class Shop
{
    public sealed record Order(string Id, int Quantity)
    {
        public List<string> Lines { get; } = [];
    }

    public static class Cache
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Put(string key, Order order)
        {
            if (key.Length == 0)
            {
                throw new ArgumentException("no key", nameof(key));
            }

            order.Lines.Add("cached");
        }

        public static Order? Get(string key) => key.StartsWith("order:", StringComparison.Ordinal) ? new Order(key, 1) : null;

        private static int Hash(string key) => key.Length * 31;

        public static int HashOf(string key) => Hash(key);
    }

    public static class Clock
    {
        public static DateTime UtcNow => DateTime.UtcNow;
    }

    public interface IGateway
    {
        Task<bool> PayAsync(string account, decimal amount, CancellationToken cancellationToken = default);
    }

    public sealed class Gateway : IGateway
    {
        public async Task<bool> PayAsync(string account, decimal amount, CancellationToken cancellationToken = default)
        {
            await Task.Delay(1, cancellationToken).ConfigureAwait(false);
            return account == "broke" ? throw new TimeoutException($"{account} does not answer") : amount < 1000;
        }
    }

    public sealed class Service(IGateway gateway)
    {
        public async Task<string> CheckoutAsync(Order order, string account = "rich")
        {
            Cache.Put($"order:{order.Id}", order);
            bool paid = await gateway.PayAsync(account, order.Quantity * 10m).ConfigureAwait(false);
            return paid ? $"{order.Id} at {Clock.UtcNow:yyyy}" : "refused";
        }
    }
}
