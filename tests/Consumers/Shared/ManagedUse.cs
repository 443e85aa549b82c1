using Instrumentation;
using Newtonsoft.Json;

namespace Consumer;

/// <summary>Probes on methods: of the program, of a package, of the framework.</summary>
internal static class ManagedUse
{
    public static async Task RunAsync()
    {
        string path = Path.GetTempFileName();
        var session = await InstrumentationSession.StartAsync();

        var orders = await session.AttachAsync(
            Probe.Method((Shop shop) => shop.OrderAsync(default!, default))
                 .When(c => c.Arg<int>("quantity") > 1)
                 .Capture(c => new { Product = c.Arg<string>("product"), Total = c.Return<int>(), Slow = c.Duration > TimeSpan.FromMilliseconds(3) }));
        var failures = await session.AttachAsync(
            Probe.Method(() => Shop.TryPrice(default!)).OnCatch().Capture(c => new { Type = c.Exception!.GetType().FullName, c.ThrownBy }));
        var callers = await session.AttachAsync(Probe.Method(() => Shop.Price(default!)).CountBy(c => c.Caller));
        var inlined = await session.AttachAsync(Probe.Method("Consumer.Shop::Inlined").Count());
        var same = await session.AttachAsync(Probe.Method("Consumer.Shop::Same").Count());
        var upto = await session.AttachAsync(Probe.Method(() => Shop.Upto(default)).Capture(c => c.Arg<int>("count")));
        var reads = await session.AttachAsync(Probe.Method(() => File.ReadAllText(default!)).Capture(c => c.Arg<string>("path")));
        var serialized = await session.AttachAsync(
            Probe.Method(() => JsonConvert.SerializeObject(default(object))).Capture(c => new { Json = c.Return<string>() }));
        var waits = await session.AttachAsync(Probe.LockContention().When(c => c.Duration > TimeSpan.FromMilliseconds(2)).Count());

        await WorkAsync(path);

        Say("not seen", string.Join(' ', session.Probes.SelectMany(static probe => probe.Coverage.Gaps).Select(static gap => gap.Place)));
        Say("callers", string.Join(' ', callers.Read().ByName.Select(static row => $"{row.Key}={row.Value}").Order()));
        Say("inlined", inlined.Read().Total);
        Say("same", same.Read().Total);
        Say("waits", waits.Read().Total);
        await session.DisposeAsync();
        await SayAll("orders", orders);
        await SayAll("failures", failures);
        await SayAll("upto", upto);
        await SayAll("serialized", serialized);
        await foreach (var read in reads.Events)
        {
            Say("reads", read.Value == path);
        }

        Say("lost", session.Events.Loss.Total);
        File.Delete(path);
    }

    private static async Task WorkAsync(string path)
    {
        Shop shop = new();
        await shop.OrderAsync("tea", 1);
        await shop.OrderAsync("milk", 3);
        Shop.TryPrice(string.Empty);
        Shop.TryPrice("tea");
        _ = (Shop.Same(1), Shop.Same("text"), Shop.Upto(3).Sum(), File.ReadAllText(path));
        _ = JsonConvert.SerializeObject(new Answer(42));
        shop.WaitForTill();
    }

    private static async Task SayAll<T>(string name, ProbeHandle<T> probe)
    {
        await foreach (var call in probe.Events)
        {
            Say(name, call.Value);
        }
    }

    private static void Say(string name, object? value) => Console.WriteLine(FormattableString.Invariant($"{name}: {value}"));

    private sealed record Answer(int Number);
}
