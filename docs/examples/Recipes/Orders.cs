namespace Recipes;

/// <summary>The program that the recipes look into; it knows nothing of them.</summary>
public sealed class Orders
{
    private readonly Lock _book = new();

    public async Task<decimal> PlaceAsync(string product, int quantity)
    {
        await Task.Delay(quantity % 7);
        return Price(product) * quantity;
    }

    public decimal Price(string product) => product.Length == 0 ? throw new ArgumentException("No product.", nameof(product)) : product.Length;

    public decimal? TryPrice(string product)
    {
        try
        {
            return Price(product);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    public void Book()
    {
        lock (_book)
        {
            Thread.Sleep(3);
        }
    }

    public async Task WorkAsync()
    {
        for (int i = 0; i < 50; i++)
        {
            await PlaceAsync("tea", i);
            TryPrice(i % 10 == 0 ? string.Empty : "tea");
        }
    }
}
