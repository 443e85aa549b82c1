namespace WebShop.Shop;

/// <summary>Something to buy.</summary>
public sealed record Product(int Id, string Name, string Description, long PriceInCents, IReadOnlyDictionary<string, string> Specifications);

/// <summary>A product as lists show it.</summary>
public sealed record ProductSummary(int Id, string Name, long PriceInCents);
