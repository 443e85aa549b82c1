using System.Diagnostics;
using System.Globalization;
using Instrumentation;

namespace Soak;

/// <summary>
/// Probes that come and go by chance under load for a given time: what they have seen is compared with what was called, and the process must not grow.
/// </summary>
internal static class Program
{
    private const int Workers = 2;

    // What the runtime keeps of each recompilation, and what the allocators of a process need to come to rest.
    private const long BytesPerAttach = 6 * 1024;
    private const long BytesOfRest = 24 * 1024 * 1024;

    // The runtime opens a connection to itself now and then, and keeps it for a while.
    private const int DescriptorsOfRest = 4;

    public static async Task<int> Main(string[] args)
    {
        int seconds = Option(args, "--seconds", 20);
        int seed = Option(args, "--seed", Environment.TickCount);
        Console.WriteLine($"soak for {seconds} s, seed {seed}");
        Worker[] workers = [.. Enumerable.Range(0, Workers).Select(static _ => new Worker())];
        Array.ForEach(workers, static worker => worker.Start());
        List<string> errors = await RunAsync(TimeSpan.FromSeconds(seconds), workers, new Random(seed));
        Array.ForEach(workers, static worker => worker.Stop());
        errors.ForEach(Console.WriteLine);
        return errors.Count == 0 ? 0 : 1;
    }

    private static async Task<List<string>> RunAsync(TimeSpan time, Worker[] workers, Random random)
    {
        bool kernel = await HasKernelAsync();
        TimeSpan length = TimeSpan.FromSeconds(Math.Clamp(time.TotalSeconds / 6, 2, 15));
        List<string> errors = [];
        long attaches = 0;
        long exact = 0;
        long events = 0;
        long lost = 0;
        long late = 0;
        long samples = 0;
        long waits = 0;
        long attachesWarm = 0;
        ProcessState? warm = null;
        ProcessState state = default;
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < time)
        {
            Epoch epoch = new(workers, random);
            await epoch.RunAsync(length, kernel);
            state = MeasureAtRest(workers);
            errors.AddRange(epoch.Errors);
            attaches += epoch.Attaches;
            exact += epoch.Exact;
            events += epoch.Events;
            samples += epoch.Samples;
            waits += epoch.Waits;
            lost += epoch.Loss!.Total;
            late += epoch.Loss.Late;
            if (warm is null && watch.Elapsed > time / 5)
            {
                (warm, attachesWarm) = (state, attaches);
            }

            Console.WriteLine(Text($"{watch.Elapsed.TotalSeconds,6:F0} s: {attaches} attaches, {events} events, {lost} lost, {late} late, {samples} samples, {waits} waits; {state}"));
        }

        ProcessState begin = warm ?? state;
        long calls = workers.Sum(static worker => worker.Ended.Sum());
        long allowed = begin.Resident + BytesOfRest + ((attaches - attachesWarm) * BytesPerAttach);
        Check(errors, state.Resident <= allowed, $"memory grew: {begin} after the warm-up, {state} at the end");
        Check(errors, state.Descriptors <= begin.Descriptors + DescriptorsOfRest, $"descriptors: {begin.Descriptors} after the warm-up, {state.Descriptors} at the end");
        Check(errors, state.KernelObjects <= begin.KernelObjects, $"objects of the kernel: {begin.KernelObjects} after the warm-up, {state.KernelObjects} at the end");
        Check(errors, events > 0 && exact > 0 && (!kernel || (samples > 0 && waits > 0)), "nothing was seen");
        Console.WriteLine(Text(
            $"soak seconds={watch.Elapsed.TotalSeconds:F0} attaches={attaches} exact={exact} calls={calls} events={events} lost={lost} late={late} samples={samples} waits={waits} kernel={(kernel ? "yes" : "no")} rss={begin.Resident / 1e6:F1}->{state.Resident / 1e6:F1}MB heap={begin.Heap / 1e6:F1}->{state.Heap / 1e6:F1}MB fds={begin.Descriptors}->{state.Descriptors} objects={begin.KernelObjects}->{state.KernelObjects} {(errors.Count == 0 ? "ok" : "FAILED")}"));
        return errors;
    }

    private static async Task<bool> HasKernelAsync()
    {
        await using InstrumentationSession session = await InstrumentationSession.StartAsync();
        ProbeCoverage coverage = session.CanAttach(Probe.Syscall("lseek").OnEntry().ThisProcess());
        if (coverage.Gaps.Count > 0)
        {
            Console.WriteLine($"without the kernel: {coverage.Gaps[0]}");
        }

        return coverage.Gaps.Count == 0;
    }

    private static ProcessState MeasureAtRest(Worker[] workers)
    {
        Array.ForEach(workers, static worker => worker.Park());
        ProcessState state = ProcessState.Measure();
        Array.ForEach(workers, static worker => worker.Resume());
        return state;
    }

    private static void Check(List<string> errors, bool holds, string error)
    {
        if (!holds)
        {
            errors.Add(error);
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static int Option(string[] args, string name, int otherwise) =>
        Array.IndexOf(args, name) is >= 0 and int at && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
}
