using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using System.Runtime.CompilerServices;
using Instrumentation;

namespace Probed.Scenarios;

/// <summary>Probes of every kind, whose counts and values are the same however the runtime is set: writes them, one <c>name=value</c> a line.</summary>
internal static class KnobScenario
{
    private const int Threads = 4;
    private const int CallsOfThread = 25_000;
    private static readonly string Folder = $"/nowhere/{Environment.ProcessId}";

    /// <param name="args">"kernel" for probes on system calls, too.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        Say("inlined", Warm());
        InstrumentationSession session = await InstrumentationSession.StartAsync(new InstrumentationOptions { BacklogBytes = 16 << 20 });
        ManagedProbes managed = await ManagedProbes.AttachAsync(session);
        ProbeHandle<long>? seeks = args is ["kernel"]
            ? await session.AttachAsync(Probe.Syscall("lseek").ThisProcess().When(c => c.Arg<int>(0) == SystemCalls.NoDescriptor).Capture(c => c.Arg<long>(1)))
            : null;
        Say("states", string.Join(' ', session.Probes.Select(static probe => probe.State).Distinct()));
        Say("gaps", string.Join("; ", session.Probes.SelectMany(static probe => probe.Coverage.Gaps).Select(static gap => $"{gap.Place}: {gap.Reason}")));

        Say("work", await WorkAsync());
        managed.SayCounts();
        await session.DisposeAsync();
        Say("again", await WorkAsync());
        managed.SayCounts();

        Say("lost", session.Events.Loss.Total);
        Say("left", session.Probes.Count);
        await managed.SayEventsAsync(session, seeks);
        Say("server", GCSettings.IsServerGC);
        Say("compiled", JitInfo.GetCompiledMethodCount());
        return 0;
    }

    /// <summary>Waits until callers hold copies of small methods.</summary>
    private static bool Warm()
    {
        Stopwatch time = Stopwatch.StartNew();
        bool inlined;
        do
        {
            Inlining.CallSmall(1000);
            Inlining.CallForced(1000);
            inlined = Inlining.IsInlined(static () => Inlining.CallSmall(1), nameof(Inlining.CallSmall)) && Inlining.IsInlined(static () => Inlining.CallForced(1), nameof(Inlining.CallForced));
            Thread.Sleep(5);
        }
        while (!inlined && time.Elapsed < TimeSpan.FromSeconds(20));
        return inlined;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<long> WorkAsync()
    {
        long sum = Inlining.CallSmall(1000) + Inlining.CallForced(500);
        for (int i = 0; i < 100; i++)
        {
            sum += Busy.Counted(i) + Caught(i - 10) + GenericCalls.Echo(i) + GenericCalls.Echo("text").Length + Iteration.Count(3).Sum();
            sum += new Slot<int> { Value = i }.Exchange(1) + new Shelf<string>("a").Last("otherwise").Length + Path.Combine(Folder, "file").Length - Folder.Length;
        }

        for (int i = 0; i < 10; i++)
        {
            sum += await Asynchrony.Doubled(Task.Delay(2), i);
            sum += await new AsyncShelf<string>("held").Swap(Task.Delay(1), "new") == "held" ? 1 : 0;
            Within(i);
        }

        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(static _ => new Thread(static () =>
        {
            for (int i = 0; i < CallsOfThread; i++)
            {
                Busy.FromThreads(i);
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        return sum;
    }

    private static int Caught(int value)
    {
        try
        {
            return Outcomes.Positive(value);
        }
        catch (ArgumentOutOfRangeException)
        {
            return 0;
        }
    }

    private static void Within(int number) => SystemCalls.Seek(number);

    private static void Say(string name, object? value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}={value}"));

    private sealed record ManagedProbes(
        IReadOnlyList<(string Name, AggregateHandle<CountSnapshot> Count)> Counts,
        ProbeHandle<Entered> Entries,
        ProbeHandle<string> Throws,
        ProbeHandle<int> Doubled,
        ProbeHandle Spans)
    {
        public static async Task<ManagedProbes> AttachAsync(InstrumentationSession session)
        {
            List<(string, AggregateHandle<CountSnapshot>)> counts = [];
            foreach ((string name, ProbeSpec spec) in Specs())
            {
                counts.Add((name, await session.AttachAsync(spec.Count())));
            }

            return new ManagedProbes(
                counts,
                await session.AttachAsync(Probe.Method(() => Busy.Counted(0)).OnEntry().When(c => c.Arg<int>("value") % 10 == 3).Capture(c => new Entered(c.Arg<int>("value"), c.Caller))),
                await session.AttachAsync(Probe.Method(() => Outcomes.Positive(0)).OnThrow().Capture(c => c.Exception!.GetType().FullName!)),
                await session.AttachAsync(Probe.Method(() => Asynchrony.Doubled(default!, 0)).When(c => c.Duration > TimeSpan.Zero).Capture(c => c.Return<int>())),
                await session.AttachAsync(Probe.Method(typeof(KnobScenario), nameof(Within)).AsSpan()));
        }

        public void SayCounts()
        {
            foreach ((string name, AggregateHandle<CountSnapshot> count) in Counts)
            {
                Say(name, count.Read().Total);
            }
        }

        public async Task SayEventsAsync(InstrumentationSession session, ProbeHandle<long>? seeks)
        {
            List<string> entered = [];
            List<int> doubled = [];
            int thrown = 0;
            HashSet<long> spans = [];
            List<(long Number, long Span)> sought = [];
            await foreach (ProbeEvent one in session.Events)
            {
                if (Entries.TryRead(one, out Entered? entry))
                {
                    entered.Add($"{entry.Value} by {entry.Caller}");
                }
                else if (Throws.TryRead(one, out string? type) && type == typeof(ArgumentOutOfRangeException).FullName)
                {
                    thrown++;
                }
                else if (Doubled.TryRead(one, out int value))
                {
                    doubled.Add(value);
                }
                else if (one.ProbeId == Spans.Id)
                {
                    spans.Add(one.CallId);
                }
                else if (seeks is not null && seeks.TryRead(one, out long number))
                {
                    sought.Add((number, one.Span.Id));
                }
            }

            Say("entered", string.Join(", ", entered));
            Say("thrown", thrown);
            Say("doubled", string.Join(' ', doubled));
            Say("spans", spans.Count);
            Say("sought", string.Join(' ', sought.Select(static one => one.Number)));
            Say("in-spans", sought.Select(static one => one.Span).Distinct().Count(spans.Contains));
        }

        private static IEnumerable<(string Name, ProbeSpec Spec)> Specs()
        {
            yield return ("small", Probe.Method(() => Inlining.Small(0)));
            yield return ("forced", Probe.Method(() => Inlining.Forced(0)));
            yield return ("returned", Probe.Method(() => Outcomes.Positive(0)).OnReturn());
            yield return ("failed", Probe.Method(() => Outcomes.Positive(0)).OnThrow());
            yield return ("caught", Probe.Method(typeof(KnobScenario), nameof(Caught)).OnCatch());
            yield return ("echo", Probe.Method("Probed.GenericCalls::Echo"));
            yield return ("slot", Probe.Method("Probed.Slot::Exchange"));
            yield return ("shelf", Probe.Method("Probed.Shelf::Last"));
            yield return ("swap", Probe.Method("Probed.AsyncShelf::Swap"));
            yield return ("enumerated", Probe.Method(() => Iteration.Count(0)).OnReturn());
            yield return ("combined", Probe.Method(() => Path.Combine(default!, default!)).When(c => c.Arg<string>("path1") == Folder));
            yield return ("threads", Probe.Method(() => Busy.FromThreads(0)).OnReturn().When(c => c.Return<int>() > 0));
        }
    }

    private sealed record Entered(int Value, CodeAddress Caller);
}
