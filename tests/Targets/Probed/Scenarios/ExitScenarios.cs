using System.Runtime.CompilerServices;
using Instrumentation;

namespace Probed.Scenarios;

/// <summary>Ends the process in the midst of everything: nothing is detached or disposed.</summary>
internal static class ExitScenarios
{
    /// <summary>Main returns while probes are attached, a reader waits for events and background threads call.</summary>
    public static async Task<int> NormalAsync(string[] args)
    {
        InstrumentationSession session = await AttachAllAsync();
        StartReader(session);
        StartCallers();
        Console.WriteLine($"sum={Sum(1000)}");
        return 7;
    }

    /// <summary>A thread calls Environment.Exit while others call, attach and detach.</summary>
    public static async Task<int> OtherThreadAsync(string[] args)
    {
        InstrumentationSession session = await AttachAllAsync();
        StartReader(session);
        StartCallers();
        Console.WriteLine($"sum={Sum(1000)}");
        new Thread(static () =>
        {
            Thread.Sleep(100);
            Environment.Exit(9);
        }).Start();
        while (true)
        {
            await using ProbeHandle handle = await session.AttachAsync(Probe.Method(() => Busy.FromThreads(0)));
            await using AggregateHandle<CountSnapshot> count = await session.AttachAsync(Probe.Method(() => Busy.Mix(0, "")).Count());
        }
    }

    /// <summary>An exception that nobody catches leaves a probed method.</summary>
    public static async Task<int> UnhandledAsync(string[] args)
    {
        InstrumentationSession session = await AttachAllAsync();
        await session.AttachAsync(Probe.Method(() => Fail(0)));
        await session.AttachAsync(Probe.Method(() => Fail(0)).OnThrow().Capture(c => new { Value = c.Arg<int>(0), c.Exception!.Message, c.ThrownBy }));
        StartReader(session);
        StartCallers();
        Console.WriteLine($"sum={Sum(1000)}");
        Thread thread = new(static () => Fail(42));
        thread.Start();
        thread.Join();
        return 0;
    }

    private static async Task<InstrumentationSession> AttachAllAsync()
    {
        InstrumentationSession session = await InstrumentationSession.StartAsync();
        await session.AttachAsync(Probe.Method(() => Busy.Counted(0)).Count());
        await session.AttachAsync(Probe.Method(() => Busy.Counted(0)).Capture(c => new { Value = c.Arg<int>(0), c.Duration }));
        await session.AttachAsync(Probe.Method(() => Busy.Mix(0, "")).Capture(c => new { Text = c.Arg<string>(1), Result = c.Return<int>() }));
        await session.AttachAsync(Probe.Method(() => Busy.FromThreads(0)).Histogram(c => c.Duration));
        return session;
    }

    private static void StartReader(InstrumentationSession session) => _ = Task.Run(async () =>
    {
        await foreach (ProbeEvent one in session.Events)
        {
            _ = one.ToString();
        }
    });

    private static void StartCallers()
    {
        for (int i = 0; i < 2; i++)
        {
            new Thread(static () =>
            {
                while (true)
                {
                    _ = Sum(100);
                }
            })
            {
                IsBackground = true,
            }.Start();
        }
    }

    private static long Sum(int calls)
    {
        long sum = 0;
        for (int i = 0; i < calls; i++)
        {
            sum += Busy.Counted(i) + Busy.Mix(i, "text") + Busy.FromThreads(i);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fail(int value) => throw new InvalidOperationException($"the end, with {value}");
}
