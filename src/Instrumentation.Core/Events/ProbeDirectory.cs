using System.Collections.Concurrent;

namespace Instrumentation.Events;

/// <summary>
/// A session's probes by the number that records carry. A detached probe stays as long as a record of it may wait for a reader,
/// and is forgotten then: attaching and detaching for ever needs no more memory.
/// </summary>
internal sealed class ProbeDirectory
{
    private const int SmallestSearch = 64;

    private readonly ConcurrentDictionary<int, ProbeRuntime> _probes = new();
    private List<Retired> _retired = [];
    private int _searchAt = SmallestSearch;

    /// <summary>The number of probes that are known, for tests.</summary>
    public int Count => _probes.Count;

    /// <summary>Adds a probe.</summary>
    /// <param name="runtime">The probe.</param>
    public void Add(ProbeRuntime runtime) => _probes[runtime.Id] = runtime;

    /// <summary>The probe with a number.</summary>
    /// <param name="id">The number, from a record.</param>
    /// <returns>The probe, or null when it is not known or was forgotten.</returns>
    public ProbeRuntime? Find(int id) => _probes.GetValueOrDefault(id);

    /// <summary>Lets a probe go once nothing of it waits; called under the stream's lock, after the probe's last record.</summary>
    /// <param name="runtime">The probe.</param>
    /// <param name="subscriptions">The readers.</param>
    /// <param name="backlog">What waits for a first reader.</param>
    public void Retire(ProbeRuntime runtime, IReadOnlyCollection<EventSubscription> subscriptions, EventBacklog backlog)
    {
        _retired.Add(new Retired(runtime.Id, [.. subscriptions.Select(static subscription => (subscription, subscription.Written))]));
        if (_retired.Count < _searchAt)
        {
            return;
        }

        HashSet<int> waiting = backlog.ProbeIds();
        List<Retired> kept = [];
        foreach (Retired retired in _retired)
        {
            if (waiting.Contains(retired.Id) || retired.Marks.Any(mark => mark.Reader.ConsumedBytes < mark.Written && subscriptions.Contains(mark.Reader)))
            {
                kept.Add(retired);
            }
            else
            {
                _probes.TryRemove(retired.Id, out _);
            }
        }

        _retired = kept;
        _searchAt = Math.Max(SmallestSearch, kept.Count * 2);
    }

    private sealed record Retired(int Id, (EventSubscription Reader, long Written)[] Marks);
}
