namespace Instrumentation.Core.Tests.Report;

/// <summary>A report as a web shop makes it, with everything that a page can show, and with text that wants to be code.</summary>
internal static class SampleReport
{
    /// <summary>Text that would end a script element, open another one, and break lines of a script.</summary>
    public const string Hostile = "</script><script>window.broken = true</script><img src=x onerror='window.broken = true'>\u2028\u2029 {{data}} & \"'`";

    private const long Millisecond = 1_000_000;

    /// <summary>Makes it.</summary>
    public static HtmlReport Make()
    {
        HtmlReport report = new("WebShop: one minute of a Tuesday")
        {
            Introduction = "Four customers, one shop, and what the kernel did meanwhile.",
            Loss = new EventLoss(
                [new ProbeLossRow(3, "system calls", new ProbeLoss(1_204, 17, 0, 3, 2)), new ProbeLossRow(1, "requests", new ProbeLoss(0, 2, 0, 0))],
                new Dictionary<int, long> { [4711] = 800, [4712] = 404 },
                19,
                new Dictionary<int, long> { [0] = 2 },
                0),
            RequestsSeen = 12_345,
        };
        report.Add(new ReportFigure("Requests a second", "1,004", "median of 5 windows"));
        report.Add(new ReportFigure("Overhead", "1.3 %", "processor time, probes on against off"));
        report.Add(new ReportFigure("Kernel events", "84,202"));
        report.Add(new ReportFigure("Attributed", "100 %", "of those on behalf of a request"));
        foreach (int number in Enumerable.Range(0, 8))
        {
            report.Add(Request(number));
        }

        report.AddPause(new ReportSpan("GC pause", ReportKind.Pause, (9 * Millisecond) + 1_000, 1_300_000));
        report.AddPause(new ReportSpan("GC pause", ReportKind.Pause, 30 * Millisecond, 400_000));
        report.AddFolded("On the CPU", OnCpu());
        report.AddFolded("Off the CPU", OffCpu(), ValueUnit.Nanoseconds);
        report.Add("SQL commands", Enumerable.Range(10, 12).Select(static power => new HistogramBucket(1L << power, 2L << power, 9_000 / (1 + Math.Abs(power - 15)))), ValueUnit.Nanoseconds);
        report.Add("Bytes per read", new HistogramSnapshot([new(long.MinValue, 1, 4), new(1, 2, 0), new(2, 4, 900), new(4, long.MaxValue, 33)], 2_000, 0, 4_000, ValueUnit.None));
        report.Add(new ReportTable(
            "Requests by route",
            ["route", ">requests", ">mean ms", ">p99 ms", "answers"],
            [["GET /products/{id:int}", "3,984", "0.31", "2.46", "200: 3,866  404: 118"], ["POST /orders", "1,482", "5.54", "45.88", "201: 1,208  402: 120"], [Hostile, "1", "0", "0", ""]]));
        AddProbes(report);
        report.Add(new ReportGap("Page faults", "This process may not read the kernel's tracepoints.", "Run it as root, or with CAP_BPF and CAP_PERFMON."));
        return report;
    }

    /// <summary>A request of 11 bars: 3 methods, 2 of SQL, 1 native function, 4 system calls of one name, 1 wait.</summary>
    public static ReportSpan Request(int number)
    {
        long start = (5 + number) * Millisecond;
        long length = (40 - (4 * number)) * Millisecond;
        ReportSpan At(string name, ReportKind kind, double from, double share, params ReportSpan[] children) =>
            new(name, kind, start + (long)(from * length), (long)(share * length)) { ThreadId = 4711, Children = children };
        ReportSpan prepare = At("sqlite3_prepare_v2", ReportKind.Native, .12, .05);
        ReportSpan[] writes = [.. Enumerable.Range(0, 4).Select(i => At("pwrite64", ReportKind.Kernel, .45 + (.05 * i), .03) with { Facts = [new("bytes", "4096")] })];
        return At(
            "POST /orders",
            ReportKind.Method,
            0,
            1,
            At("OrderService::PlaceAsync", ReportKind.Method, .05, .9,
                At("SqliteCommand::ExecuteReader", ReportKind.Sql, .1, .2, prepare) with { Detail = "SELECT price FROM products WHERE id = $id" },
                At("PaymentGateway::ChargeAsync", ReportKind.Method, .32, .08),
                At("SqliteTransaction::Commit", ReportKind.Sql, .42, .5, [.. writes, At("off the CPU: fsync", ReportKind.Wait, .7, .2)]) with { Detail = Hostile }))
            with
        {
            Failed = number == 2,
            Detail = $"/orders/{number} with a rather long path that has to be cut somewhere on a phone",
            Facts = [new("status", "201"), new("trace", "4bf92f3577b34da6a3ce929d0e0e4736")],
            Parts = [new("system calls", length / 5), new("waiting for files", length / 3), new("waiting for a processor", length / 20)],
        };
    }

    private static void AddProbes(HtmlReport report)
    {
        report.Add(new ReportProbe(
            "requests",
            ProbeState.Detached,
            new ProbeCoverage(["Microsoft.AspNetCore.Hosting.HostingApplication::ProcessRequestAsync"], []),
            new ProbeStatistics(12_345, 12_345, 12_345, 2, 0))
        { Cost = "0.4 % of a CPU" });
        report.Add(new ReportProbe(
            "methods of the shop",
            ProbeState.Armed,
            new ProbeCoverage(
                [.. Enumerable.Range(0, 300).Select(static i => $"WebShop.Shop.Repository{i}::FindAsync")],
                [new CoverageGap("WebShop.Shop.Cache`1::Get", "It is generic over a reference type of another assembly.", "Name the instantiation."), new CoverageGap(Hostile, Hostile, "", false)]),
            new ProbeStatistics(9_100_000, 9_100_000, 0, 0, 3, 40)));
        report.Add(new ReportProbe(
            "page faults",
            ProbeState.Armed,
            new ProbeCoverage([], [new CoverageGap("exceptions:page_fault_user", "This process lacks CAP_PERFMON.", "Run it as root.")]),
            default));
    }

    private static IEnumerable<string> OnCpu()
    {
        string[] roots = ["Program.Main;Kestrel.Execute;Routing.Invoke", "ThreadPool.Dispatch;Kestrel.Execute;Routing.Invoke", "ThreadPool.Dispatch;EventPump.Run"];
        string[] leaves = ["ProductRepository.FindAsync;SqliteCommand.ExecuteReader;sqlite3_step;pread64_[k];copy_page_to_iter_[k]", "JsonSerializer.Serialize;Utf8JsonWriter.WriteString", "OrderService.PlaceAsync", $"Hostile.{Hostile.Replace(';', ':')}"];
        foreach ((int i, string root) in roots.Index())
        {
            foreach ((int j, string leaf) in leaves.Index())
            {
                yield return $"{root};{leaf} {(10 * (i + 1)) + (40 * ((j + 1) % 3)) + 1}";
            }
        }

        yield return "not a stack";
        yield return "ThreadPool.Dispatch;a very rare frame 1";
    }

    private static IEnumerable<string> OffCpu() => OnCpu().Select(static line => line + "00000");
}
