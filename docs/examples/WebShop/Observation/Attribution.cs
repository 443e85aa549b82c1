using Instrumentation;

namespace WebShop.Observation;

/// <summary>
/// Checks whether kernel events know their span, where it is certain that they have one. Only requests use the database; so whatever the kernel saw of SQLite's
/// functions, or within one on its thread, was done on behalf of a request.
/// </summary>
public sealed class Attribution
{
    // A call that is open holds no more events than this on its thread; what is older lies in no call of SQLite.
    private const int MostOpen = 4096;

    private readonly Dictionary<int, List<(long Start, bool HasSpan)>> _threads = [];

    /// <summary>Kernel events that were done on behalf of a request.</summary>
    public long ForRequests { get; private set; }

    /// <summary>Those of them that carry a span.</summary>
    public long WithSpan { get; private set; }

    /// <summary>All kernel events.</summary>
    public long All { get; private set; }

    /// <summary>The share of the events on behalf of a request that carry a span; 0 without any.</summary>
    public double Percent => ForRequests == 0 ? 0 : 100.0 * WithSpan / ForRequests;

    /// <summary>Takes the next kernel event. A thread's events come in the order of their ends, inner before outer.</summary>
    public void Add(ProbeEvent e)
    {
        All++;
        bool hasSpan = !e.Span.IsNone;
        if (!_threads.TryGetValue(e.ThreadId, out List<(long Start, bool HasSpan)>? earlier))
        {
            _threads.Add(e.ThreadId, earlier = []);
        }

        if (e.Probe != KernelProbes.Native)
        {
            if (earlier.Count == MostOpen)
            {
                earlier.RemoveRange(0, MostOpen / 2);
            }

            earlier.Add((e.Start, hasSpan));
            return;
        }

        int first = earlier.FindIndex(inner => inner.Start >= e.Start);
        List<(long Start, bool HasSpan)> inside = first < 0 ? [] : earlier[first..];
        earlier.Clear();
        ForRequests += 1 + inside.Count;
        WithSpan += (hasSpan ? 1 : 0) + inside.Count(static inner => inner.HasSpan);
    }
}
