namespace WebShop.Shop;

/// <summary>Fewer pieces are in stock than were ordered.</summary>
public sealed class OutOfStockException(int productId, int quantity)
    : Exception($"Product {productId} has fewer than {quantity} pieces in stock.");

/// <summary>The bank refused the payment.</summary>
public sealed class PaymentDeclinedException(string reason) : Exception($"Payment declined: {reason}.");

/// <summary>There is no product with the number.</summary>
public sealed class UnknownProductException(int productId) : Exception($"There is no product {productId}.");
