using System.Globalization;
using WebShop.Display;
using WebShop.Load;
using WebShop.Observation;
using WebShop.Shop;

namespace WebShop;

/// <summary>The course of the demonstration: open a shop, let customers in, and watch it while it works.</summary>
/// <param name="options">What the command line asked for.</param>
public sealed class Demo(Options options)
{
    private const int Customers = 4;

    private readonly TextWriter _output = options.Json ? Console.Error : Console.Out;

    /// <summary>Runs it.</summary>
    /// <param name="cancellationToken">Ends it early; everything is detached and closed then as well.</param>
    /// <returns>The exit code: 0 when all probes saw something, the files were written and the detach left nothing behind.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        string directory = MakeDirectory();
        await using ShopServer shop = await ShopServer.StartAsync();
        await using LoadGenerator load = new(shop.Address, Customers);
        LiveScreen screen = new(_output, !options.Json && !Console.IsOutputRedirected);
        _output.WriteLine($"The shop is open at {shop.Address}, {Customers} customers are in.");
        await new WarmUp(load).RunAsync(
            (requests, methods) => screen.Show($"warming up       {Texts.Number(requests),6} requests/s  {Texts.Number(methods),6} methods compiled", () => []),
            cancellationToken);

        // From here on the shop is a program that somebody else started: what follows does not know its source.
        await using ShopWatch watch = await ShopWatch.StartAsync(load, options.Seconds, directory, cancellationToken);
        ShopPage page = new(watch);
        await using (new Ticker(() => screen.Show(page.StateLine(), page.Tables)))
        {
            await watch.RunAsync(cancellationToken);
        }

        Summary summary = await watch.EndAsync();
        screen.Clear();
        return Report(summary, page);
    }

    private string MakeDirectory()
    {
        try
        {
            return (options.Output is { } path ? Directory.CreateDirectory(path) : Directory.CreateTempSubdirectory("webshop-")).FullName;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The directory '{options.Output}' cannot be made: {failure.Message}", failure);
        }
    }

    private int Report(Summary summary, ShopPage page)
    {
        foreach (string problem in summary.Problems)
        {
            Console.Error.WriteLine($"problem: {problem}");
        }

        if (options.Json)
        {
            Console.WriteLine(summary.ToJson());
        }
        else
        {
            Console.WriteLine(string.Join(Environment.NewLine, [string.Empty, .. page.Tables(), string.Empty, .. SummaryPage.Lines(summary), string.Empty]));
        }

        bool ok = summary.Problems.Count == 0;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"webshop managed={summary.Events - summary.KernelEvents} kernel={summary.KernelEvents} attributed={summary.AttributedPercent:F1} lost={summary.Lost} overhead={summary.OverheadPercent:F1} {(ok ? "ok" : "failed")}"));
        return ok ? 0 : 1;
    }
}
