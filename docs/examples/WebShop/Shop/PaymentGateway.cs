namespace WebShop.Shop;

/// <summary>The bank, played: it takes a moment to answer, and refuses cards that end in 0000.</summary>
public sealed class PaymentGateway
{
    /// <summary>Asks the bank for money.</summary>
    /// <exception cref="PaymentDeclinedException">The bank said no.</exception>
    public async Task<string> AuthorizeAsync(string card, long amountInCents)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(2));
        return card.EndsWith("0000", StringComparison.Ordinal)
            ? throw new PaymentDeclinedException("card limit reached")
            : $"auth-{amountInCents:x}";
    }
}
