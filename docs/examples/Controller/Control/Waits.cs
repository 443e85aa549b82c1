using Instrumentation;

namespace Control;

/// <summary>How long threads were off the processor during calls, by the reason.</summary>
internal static class Waits
{
    /// <summary>What is said when a thread ran: it waited for nothing.</summary>
    public const string Processor = "processor";

    /// <summary>Divides the time of calls.</summary>
    /// <param name="calls">The calls, none of which suspends.</param>
    /// <param name="waits">The times that threads did not run: those on the thread of a call, while it was under way, belong to it.</param>
    /// <returns>The parts by reason, the greatest first.</returns>
    public static IReadOnlyList<(string Reason, double Part)> Divide(IReadOnlyList<ProbeEvent> calls, IReadOnlyList<ProbeEvent> waits)
    {
        Dictionary<string, double> times = [];
        double total = 0;
        ILookup<int, ProbeEvent> byThread = waits.ToLookup(static wait => wait.ThreadId);
        foreach (ProbeEvent call in calls)
        {
            double left = call.Duration.TotalMilliseconds;
            total += left;
            foreach (ProbeEvent wait in byThread[call.ThreadId].Where(wait => wait.Start >= call.Start && wait.Timestamp <= call.Timestamp))
            {
                wait.Fields.TryGet("Reason", out OffCpuReason reason);
                string name = reason == OffCpuReason.Preempted ? Processor : reason.ToString().ToLowerInvariant();
                times[name] = times.GetValueOrDefault(name) + wait.Duration.TotalMilliseconds;
                left -= wait.Duration.TotalMilliseconds;
            }

            times[Processor] = times.GetValueOrDefault(Processor) + Math.Max(0, left);
        }

        return [.. times.Select(time => (time.Key, time.Value / total)).OrderByDescending(static time => time.Item2)];
    }
}
