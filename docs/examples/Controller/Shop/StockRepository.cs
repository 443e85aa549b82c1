namespace Shop;

/// <summary>Knows how much there is of each product.</summary>
public sealed class StockRepository
{
    private readonly Dictionary<string, Shelf> _shelves = [];

    /// <summary>Puts up the shelves.</summary>
    /// <param name="shelves">A shelf for each product.</param>
    public StockRepository(IEnumerable<Shelf> shelves)
    {
        foreach (Shelf shelf in shelves)
        {
            _shelves[shelf.Product] = shelf;
        }
    }

    /// <summary>Takes some of a product.</summary>
    public int Reserve(string product, int quantity)
    {
        Shelf shelf = _shelves[product];
        lock (shelf)
        {
            return shelf.Left -= quantity;
        }
    }

    /// <summary>How much there is of a product.</summary>
    public int Left(string product) => _shelves[product].Left;
}
