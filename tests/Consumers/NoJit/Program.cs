// A program that compiles no code while it runs: probes on methods are not possible there, and say so; probes on the kernel are.
using Instrumentation;
using Instrumentation.Backends;

await using var session = await InstrumentationSession.StartAsync();
Capability rejit = session.Capabilities["managed.rejit"]!;
Console.WriteLine($"capability: {rejit.Answer}: {rejit.Mend}");

var spec = Probe.Method(() => Shop.Price(default!)).Count();
ProbeCoverage coverage = session.CanAttach(spec);
Console.WriteLine($"can: {coverage.State}: {coverage.Gaps[0].Reason}");
try
{
    _ = await session.AttachAsync(spec);
}
catch (BackendUnavailableException error)
{
    Console.WriteLine($"attach: {error.Reason}");
}

Console.WriteLine($"price: {Shop.Price("tea")}");
Console.WriteLine("== kernel");
if (Environment.UserName == "root")
{
    var missing = await session.AttachAsync(
        Probe.Syscall("openat").OnReturn().ThisProcess()
             .When(c => c.Return<int>() < 0)
             .Capture(c => new Missing(c.String(c.Arg<nint>("filename")), -c.Return<int>())));
    Console.WriteLine($"there: {Shop.IsOpen("/nowhere/to/be/found")}");
    await session.DisposeAsync();
    await foreach (var open in missing.Events)
    {
        if (open.Value.Path.StartsWith("/nowhere", StringComparison.Ordinal))
        {
            Console.WriteLine(open.Value);
        }
    }
}

Console.WriteLine("== end");

internal sealed record Missing(string Path, int Error);

internal static class Shop
{
    public static int Price(string product) => product.Length;

    public static bool IsOpen(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
    }
}
