using System.Globalization;
using Control;
using Instrumentation;
using Shop;

// A small shop has a fault, which one is decided by chance, or by the first argument: 1 to 3. A controller in the same process finds out what is slow and why.
Random random = new();
Fault fault = args is [var chosen, ..] ? (Fault)int.Parse(chosen, CultureInfo.InvariantCulture) : (Fault)random.Next(1, 4);
if (!Enum.IsDefined(fault))
{
    Console.Error.WriteLine("usage: Controller [FAULT]   1: a file, 2: a lock, 3: the processor; without it, one of them by chance");
    return 2;
}

Finding finding;
using (ShopService shop = new(fault, AppContext.BaseDirectory, random))
{
    await Task.Delay(1000);
    await using InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions { Budget = new OverheadBudget { CpuPercent = 10 } });
    finding = await new Controller(session, "Shop.*Repository::*", Console.WriteLine).RunAsync();
    foreach (GovernorStep step in session.Governor!.History)
    {
        Console.WriteLine($"budget: {step}");
    }

    Console.WriteLine();
    Console.WriteLine(finding.Report);
    if (session.Probes.Count > 0)
    {
        Console.WriteLine($"{session.Probes.Count} probes are left");
        return 1;
    }
}

// Only here is the answer compared with what is really wrong.
string expected = fault switch
{
    Fault.File => "Shop.OrderRepository::Save",
    Fault.Lock => "Shop.StockRepository::Reserve",
    _ => "Shop.CustomerRepository::Find",
};
bool right = finding.Method.Split('(')[0] == expected && (finding.Cause == "unknown" || string.Equals(finding.Cause, fault.ToString(), StringComparison.OrdinalIgnoreCase));
Console.WriteLine($"controller method={finding.Method.Split('(')[0]} cause={finding.Cause} {(right ? "ok" : $"wrong: it was {expected}, {fault}")}");
return right ? 0 : 1;
