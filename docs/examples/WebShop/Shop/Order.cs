namespace WebShop.Shop;

/// <summary>What a customer asks for.</summary>
public sealed record OrderRequest(int ProductId, int Quantity, string Card);

/// <summary>An order that was taken.</summary>
public sealed record Order(long Id, int ProductId, int Quantity, long TotalInCents, string Authorization);

/// <summary>How placing an order ended: with an order, or with the reason why there is none.</summary>
public sealed record OrderResult(Order? Order, string? Refusal);
