using System.Globalization;
using System.Text;
using Instrumentation;

namespace Control;

/// <summary>
/// Looks for what is slow among the methods that a pattern names, and why, by itself: from a count on all of them to arguments, callers, waits and stacks of the slow one.
/// It knows the pattern and nothing else of the program, keeps within a budget, and leaves nothing behind.
/// </summary>
/// <param name="session">A session with a budget.</param>
/// <param name="pattern">The methods.</param>
/// <param name="say">Takes what it does, line by line.</param>
internal sealed class Controller(InstrumentationSession session, string pattern, Action<string> say)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CloseLook = TimeSpan.FromSeconds(3);

    private readonly List<ProbeHandle> _kernel = [];
    private AggregateHandle<StackProfile>? _running;
    private AggregateHandle<StackProfile>? _waiting;

    /// <summary>Finds the slow method and the cause.</summary>
    /// <returns>What was found.</returns>
    public async Task<Finding> RunAsync()
    {
        CostForecast forecast = await session.ForecastAsync(Probe.Methods(pattern).Summary(c => c.Duration));
        say($"durations of {pattern} will take {forecast}");
        IReadOnlyList<Measured> all = await Survey.RunAsync(session, pattern, Look);
        foreach (Measured one in all.Where(static one => one.Calls.Count > 0))
        {
            say($"  {one}");
        }

        string method = all[0].Method;
        say($"most of the time goes to {method}: a closer look at it alone");
        await using ProbeHandle calls = await session.AttachAsync(ArgumentCapture.Of(method));
        await AskTheKernelAsync();
        await Task.Delay(CloseLook);
        IReadOnlyList<ProbeEvent> seen = await TakeAsync(TimeSpan.FromMilliseconds(300));
        ProbeEvent[] both = [.. seen.Where(one => one.ProbeId == calls.Id)];
        TimeSpan slowFrom = Between(both);
        say(string.Create(CultureInfo.InvariantCulture, $"{both.Length:N0} calls; those above {slowFrom.TotalMilliseconds:F2} ms are slow: from here on these alone"));

        // What is left to learn is about slow calls: the probe is narrowed in place, and goes on.
        await calls.UpdateAsync(spec => spec.When(c => c.Duration >= slowFrom));
        await Task.Delay(Look);
        seen = [.. seen, .. await TakeAsync(TimeSpan.FromMilliseconds(300))];
        Finding finding = Conclude(method, [.. seen.Where(one => one.ProbeId == calls.Id)], [.. both.Where(one => one.Duration < slowFrom)], [.. seen.Where(one => _kernel.Exists(probe => probe.Id == one.ProbeId))], slowFrom);
        foreach (ProbeHandle probe in session.Probes)
        {
            await probe.DisposeAsync();
        }

        return finding;
    }

    // Where the fast calls end and the slow ones begin: the geometric mean of the median and the longest.
    private static TimeSpan Between(IReadOnlyList<ProbeEvent> calls)
    {
        double[] times = [.. calls.Select(static one => one.Duration.TotalMicroseconds).Order()];
        return TimeSpan.FromMicroseconds(Math.Sqrt(times[times.Length / 2] * times[^1]));
    }

    private static string StackOf(AggregateHandle<StackProfile>? profile, string method)
    {
        string name = method.Split('(')[0];
        string plain = name.Split("::")[^1];
        string type = name.Split("::")[0];
        ProfiledStack? most = profile?.Read().Stacks
            .Where(stack => stack.Frames.Any(frame => frame.Name.Contains(type, StringComparison.Ordinal) && frame.Name.Contains(plain, StringComparison.Ordinal)))
            .MaxBy(static stack => stack.Weight);
        return most is null ? string.Empty : string.Join(" < ", most.Frames.Where(static frame => frame.Kind != FrameKind.Kernel).Select(static frame => frame.Name).Take(8));
    }

    private async Task AskTheKernelAsync()
    {
        try
        {
            TimeSpan some = TimeSpan.FromMicroseconds(50);
            _kernel.Add(await session.AttachAsync(Probe.OffCpu().When(c => c.Duration > some).Capture(c => new { Reason = c.Arg<OffCpuReason>("reason") }).Named("waits")));
            _waiting = await session.AttachAsync(Probe.OffCpu().When(c => c.Duration > some).StacksBy(c => c.Duration).Named("stacks of waits"));
            _running = await session.AttachAsync(Probe.Sample(499).ThisProcess().Stacks().Named("stacks of running threads"));
        }
        catch (InstrumentationException missing)
        {
            say($"the kernel cannot be asked, and the cause will stay unknown: {missing.Message}");
        }
    }

    private async Task<IReadOnlyList<ProbeEvent>> TakeAsync(TimeSpan quiet)
    {
        List<ProbeEvent> events = [];
        using CancellationTokenSource stop = new(quiet);
        try
        {
            await foreach (ProbeEvent one in session.Events.WithCancellation(stop.Token))
            {
                events.Add(one);
            }
        }
        catch (OperationCanceledException)
        {
            // Everything that waited has been read.
        }

        return events;
    }

    private Finding Conclude(string method, IReadOnlyList<ProbeEvent> calls, IReadOnlyList<ProbeEvent> fast, IReadOnlyList<ProbeEvent> waits, TimeSpan slowFrom)
    {
        ProbeEvent[] slow = [.. calls.Where(one => one.Duration >= slowFrom)];
        StringBuilder report = new();
        report.Append(CultureInfo.InvariantCulture, $"{method} is slow in {slow.Length:N0} calls: {slow.Average(static one => one.Duration.TotalMilliseconds):F1} ms on average, ");
        report.AppendLine(CultureInfo.InvariantCulture, $"where the other {fast.Count:N0} take {fast.Average(static one => one.Duration.TotalMilliseconds):F3} ms.");
        report.AppendLine(Pattern.Find(slow, fast) is { } pattern
            ? string.Create(CultureInfo.InvariantCulture, $"It is slow when {pattern.Words}: {pattern.OfSlow:P0} of the slow calls' time, {pattern.OfFast:P1} of the fast calls.")
            : "No argument tells the slow calls from the fast ones.");
        IEnumerable<string?> callers = slow.Select(static one => one.Fields[ArgumentCapture.Caller]?.ToString()).Where(caller => caller is not null && !method.StartsWith(caller, StringComparison.Ordinal));
        if (callers.GroupBy(static caller => caller).MaxBy(static group => group.Count()) is { } most)
        {
            report.AppendLine(CultureInfo.InvariantCulture, $"It is called from {most.Key}.");
        }

        if (_waiting is null)
        {
            return new Finding(method, "unknown", report.ToString());
        }

        IReadOnlyList<(string Reason, double Part)> parts = Waits.Divide(slow, waits);
        string cause = parts[0].Reason;
        report.AppendLine(CultureInfo.InvariantCulture, $"The slow calls spend their time so: {string.Join(", ", parts.Where(static part => part.Part >= 0.01).Select(static part => $"{part.Reason} {part.Part.ToString("P0", CultureInfo.InvariantCulture)}"))}.");
        if (StackOf(cause == Waits.Processor ? _running : _waiting, method) is { Length: > 0 } stack)
        {
            report.AppendLine(CultureInfo.InvariantCulture, $"Most of it here: {stack}.");
        }

        return new Finding(method, cause, report.ToString());
    }
}
