namespace Shop;

/// <summary>An order of the shop.</summary>
public sealed record Order(int Id, int Customer, string Product, int Quantity);
