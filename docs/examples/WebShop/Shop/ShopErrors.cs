namespace WebShop.Shop;

/// <summary>Turns what the shop expects to go wrong into answers. What it does not expect is left to the framework: 500.</summary>
public sealed class ShopErrors(RequestDelegate next)
{
    /// <summary>Handles one request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OutOfStockException exception)
        {
            await AnswerAsync(context, StatusCodes.Status409Conflict, exception.Message);
        }
        catch (UnknownProductException exception)
        {
            await AnswerAsync(context, StatusCodes.Status404NotFound, exception.Message);
        }
    }

    private static Task AnswerAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(message);
    }
}
