namespace WebShop.Shop;

/// <summary>The shop, open for business on a free port of this machine.</summary>
public sealed class ShopServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ShopDatabase _database;
    private readonly DirectoryInfo _directory;

    private ShopServer(WebApplication application, ShopDatabase database, DirectoryInfo directory)
    {
        _application = application;
        _database = database;
        _directory = directory;
    }

    /// <summary>Where the shop answers.</summary>
    public Uri Address => new(_application.Urls.Single());

    /// <summary>Makes the database and opens the shop.</summary>
    public static async Task<ShopServer> StartAsync()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("webshop-db-");
        ShopDatabase database = await ShopDatabase.CreateAsync(Path.Combine(directory.FullName, "shop.db"));
        WebApplication application = Build(database);
        await application.StartAsync();
        return new ShopServer(application, database, directory);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
        await _database.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static WebApplication Build(ShopDatabase database)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddProblemDetails();
        builder.Services.AddSingleton(database);
        builder.Services.AddSingleton<ProductRepository>();
        builder.Services.AddSingleton<StockRepository>();
        builder.Services.AddSingleton<OrderRepository>();
        builder.Services.AddSingleton<PaymentGateway>();
        builder.Services.AddSingleton<OrderService>();

        WebApplication application = builder.Build();
        application.UseExceptionHandler();
        application.UseMiddleware<ShopErrors>();
        ShopRoutes.Map(application);
        return application;
    }
}
