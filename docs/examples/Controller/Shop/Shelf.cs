namespace Shop;

/// <summary>The place of a product: whoever takes from it, or counts what is there, locks it.</summary>
public sealed class Shelf(string product)
{
    /// <summary>The product.</summary>
    public string Product => product;

    /// <summary>How much is left.</summary>
    public int Left { get; set; } = int.MaxValue;
}
