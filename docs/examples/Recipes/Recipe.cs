using System.Text.Json;
using Instrumentation;
using Microsoft.Data.Sqlite;

namespace Recipes;

/// <summary>The recipes of the README, as they stand there; a test compares them.</summary>
public static class Recipe
{
    public static async Task SlowCalls(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();

        await using var slow = await session.AttachAsync(
            Probe.Method((Orders o) => o.PlaceAsync(default!, default))
                 .When(c => c.Duration > TimeSpan.FromMilliseconds(5) && c.Arg<int>("quantity") > 10)
                 .Capture(c => new { Product = c.Arg<string>("product"), Quantity = c.Arg<int>("quantity"), Took = c.Duration }));

        await orders.WorkAsync();
        await session.DisposeAsync();

        await foreach (var call in slow.Events)
        {
            Console.WriteLine($"{call.Value.Quantity} x {call.Value.Product} took {call.Value.Took.TotalMilliseconds:F1} ms");
        }
    }

    public static async Task WhoCalls(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();

        var callers = await session.AttachAsync(Probe.Method((Orders o) => o.Price(default!)).CountBy(c => c.Caller));

        await orders.WorkAsync();
        Console.WriteLine(callers.Read());
    }

    public static async Task TraceSql(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();

        var commands = await session.AttachAsync(
            Probe.Method((SqliteCommand command) => command.ExecuteReader(default))
                 .Capture(c => new { Sql = c.Field<string>(c.This<SqliteCommand>(), "_commandText"), Took = c.Duration }));

        orders.Save(5);
        await session.DisposeAsync();

        await foreach (var command in commands.Events)
        {
            Console.WriteLine($"{command.Value.Took.TotalMicroseconds,8:F1} us  {command.Value.Sql}");
        }
    }

    public static async Task WhoMakesThem(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();

        var types = await session.AttachAsync(Probe.Methods("Recipes.*::.ctor").CountBy(c => c.Place));
        var makers = await session.AttachAsync(Probe.Methods("Recipes.Receipt::.ctor").CountBy(c => c.Caller));

        orders.Report();
        Console.WriteLine(types.Read());
        Console.WriteLine(makers.Read());
    }

    public static async Task SystemCalls(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();

        var opened = Probe.Syscall("openat").ThisProcess().Capture(c => new { Path = c.String(c.Arg<nint>("filename")), Result = c.Return<int>(), Took = c.Duration });
        if (session.CanAttach(opened) is { State: ProbeState.Blind } blind)
        {
            Console.WriteLine(string.Join(Environment.NewLine, blind.Gaps.Select(gap => $"{gap.Reason} {gap.Mend}")));
            return;
        }

        var files = await session.AttachAsync(opened);
        var byNumber = await session.AttachAsync(Probe.RawTracepoint("sys_enter").ThisProcess().CountBy(c => c.Arg<long>(1)));

        await orders.WorkAsync();
        await File.WriteAllTextAsync("order.txt", "tea");
        Console.WriteLine(byNumber.Read());
        await session.DisposeAsync();

        await foreach (var file in files.Events)
        {
            Console.WriteLine($"{file.Value.Path}: {file.Value.Result} after {file.Value.Took.TotalMicroseconds:F1} us");
        }
    }

    public static async Task InTheKernel(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();

        var waits = await session.AttachAsync(
            Probe.Syscall("futex").ThisProcess().SummaryBy(c => c.ThreadId, c => c.Duration));
        var missing = await session.AttachAsync(
            Probe.Syscall("openat").OnReturn().ThisProcess()
                 .When(c => c.Return<int>() < 0)
                 .Capture(c => new { Path = c.String(c.Arg<nint>("filename")), Error = -c.Return<int>() }));

        await orders.WorkAsync();
        Console.WriteLine(waits.Read());
        await session.DisposeAsync();

        await foreach (var open in missing.Events)
        {
            Console.WriteLine($"{open.Value.Path}: error {open.Value.Error}");
        }
    }

    public static async Task WhereTheTimeGoes(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();

        var cpu = await session.AttachAsync(Probe.Sample(199).ThisProcess().Stacks());
        var sleeps = await session.AttachAsync(
            Probe.Function("libc.so.6", "pthread_cond_timedwait").ThisProcess().CountBy(c => c.ThreadId));

        await orders.WorkAsync();
        await cpu.Read().WriteFoldedFileAsync("cpu.folded");
        Console.WriteLine(sleeps.Read());
    }

    public static async Task ForWhichOrder(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();

        await session.AttachAsync(Probe.Method((Orders o) => o.PlaceAsync(default!, default)).AsSpan());
        await session.AttachAsync(Probe.Syscall("futex").ThisProcess());
        await session.AttachAsync(Probe.OffCpu().ThisProcess());

        await orders.WorkAsync();
        await session.DisposeAsync();

        await foreach (SpanNode order in new SpanTrees().ReadAsync(session.Events))
        {
            if (order.Duration > TimeSpan.FromMilliseconds(8))
            {
                Console.WriteLine($"{order.Name} took {order.Duration.TotalMilliseconds:F1} ms, {order.Events.Count} events in it: {order.Events.LastOrDefault()}");
            }
        }
    }

    public static async Task WhatCallsAreMadeOf(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();
        await using var accounting = await session.AccountAsync();

        var spans = await session.AttachAsync(Probe.Spans("Recipes.Orders::*"));

        await orders.WorkAsync();
        Console.WriteLine(spans.Read());
    }

    public static async Task WhoHoldsTheLock(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();

        await session.AttachAsync(Probe.Method((Orders o) => o.Book()).AsSpan());
        var waits = await session.AttachAsync(Probe.LockContention().When(c => c.Duration > TimeSpan.FromMilliseconds(2)));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(orders.Book)));
        await session.DisposeAsync();

        await foreach (var wait in session.Events)
        {
            if (wait.ProbeId == waits.Id)
            {
                Console.WriteLine($"{wait.Span} waited {wait.Duration.TotalMilliseconds:F1} ms for a {wait.Fields["Type"]} that thread {wait.Fields["Owner"]} held");
            }
        }
    }

    public static async Task WhatIfItFails(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();

        await using var outage = await session.AttachAsync(
            Probe.Method((Orders o) => o.Price(default!)).When(c => c.Arg<string>("product") == "tea").Intercept(new Outage()));
        await session.AttachAsync(Probe.Method((Orders o) => o.PlaceAsync(default!, default)).OnThrow());

        for (int i = 0; i < 3; i++)
        {
            try
            {
                Console.WriteLine(await orders.PlaceAsync("tea", 2));
            }
            catch (TimeoutException missing)
            {
                Console.WriteLine(missing.Message);
            }
        }
    }

    public static async Task Retune(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();

        var placed = await session.AttachAsync(
            Probe.Method((Orders o) => o.PlaceAsync(default!, default))
                 .Sample(10)
                 .ExpireAfter(TimeSpan.FromMinutes(5))
                 .Capture(c => c.Arg<int>("quantity")));

        await orders.WorkAsync();
        await placed.UpdateAsync(s => s.Sample(1).When(c => c.Arg<int>("quantity") > 10));
        await orders.WorkAsync();
        Console.WriteLine(placed.Statistics);
    }

    public static async Task WhatItMayCost(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync(
            new InstrumentationOptions { Budget = new OverheadBudget { CpuPercent = 1, EventsPerSecond = 10_000 } });

        var prices = Probe.Methods("Recipes.Orders::*").Capture(c => c.Duration);
        var forecast = session.ForecastAsync(prices);
        await orders.WorkAsync();
        Console.WriteLine(await forecast);

        var probe = await session.AttachAsync(prices);
        await orders.WorkAsync();
        Console.WriteLine($"{probe.Level}: {session.Governor?.Cost}");
    }

    public static async Task WhoCosts(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();

        var costs = await session.AttachAsync(Probe.Method((Orders o) => o.Price(default!)).SummaryBy(c => c.Caller, c => c.Duration));

        await orders.WorkAsync();
        Console.WriteLine(costs.Read());
    }

    public static async Task HowLong(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();

        var times = await session.AttachAsync(Probe.Methods("Recipes.Orders::*Async").Histogram(c => c.Duration));

        await orders.WorkAsync();
        Console.WriteLine(times.Read());
    }

    public static async Task OneOrder(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();

        var placed = await session.AttachAsync(
            Probe.Method((Orders o) => o.PlaceAsync(default!, default)).OnEntry().Capture(c => new { Quantity = c.Arg<int>("quantity") }));
        var priced = await session.AttachAsync(Probe.Method((Orders o) => o.Price(default!)).Capture(c => c.Arg<string>("product")));

        await orders.PlaceAsync("tea", 2);
        await session.DisposeAsync();

        await foreach (ProbeEvent e in session.Events)
        {
            if (placed.TryRead(e, out var order))
            {
                Console.WriteLine($"{order.Quantity} pieces ordered");
            }
            else if (priced.TryRead(e, out var product))
            {
                Console.WriteLine($"{product} priced in {e.Duration.TotalMicroseconds:F1} us");
            }
        }
    }

    public static async Task WhatFails(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();

        await session.AttachAsync(
            Probe.Methods("Recipes!*::*")
                 .OnCatch()
                 .Capture(c => new { Type = c.Exception!.GetType().FullName, c.Exception.Message, c.ThrownBy }));

        var reading = Task.Run(async () =>
        {
            await foreach (ProbeEvent e in session.Events)
            {
                Console.WriteLine($"{e.Fields["Type"]} thrown by {e.Fields["ThrownBy"]}, caught by {e.Site}");
            }
        });

        await orders.WorkAsync();
        await session.DisposeAsync();
        await reading;
    }

    public static async Task ForChrome(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();

        await session.AttachAsync(Probe.Methods("Recipes.Orders::*"));
        var writing = ChromeTraceWriter.WriteFileAsync(session.Events, "orders.json");

        await orders.WorkAsync();
        await session.DisposeAsync();
        await writing;
    }

    public static async Task FromJson(Orders orders)
    {
        await using var session = await InstrumentationSession.StartAsync();

        ProbeSpec spec = ProbeSpecJson.Read("""
            {
              "point": { "method": "Recipes.Orders::PlaceAsync" },
              "when": { ">": ["duration", { "milliseconds": 5 }] },
              "capture": { "quantity": { "arg": "quantity", "type": "int" } }
            }
            """);

        await session.AttachAsync(spec);
        var writing = JsonLinesWriter.WriteFileAsync(session.Events, "slow.jsonl");

        await orders.WorkAsync();
        await session.DisposeAsync();
        await writing;

        foreach (string line in File.ReadLines("slow.jsonl"))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            long nanoseconds = json.RootElement.GetProperty("dur").GetInt64();
            JsonElement quantity = json.RootElement.GetProperty("fields").GetProperty("quantity");
            Console.WriteLine($"{quantity.GetInt32()} pieces took {nanoseconds / 1e6:F1} ms");
        }
    }
}
