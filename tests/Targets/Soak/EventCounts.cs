using Instrumentation;

namespace Soak;

/// <summary>Reads all events of a session and counts them by probe.</summary>
internal sealed class EventCounts
{
    private readonly Dictionary<int, long> _counts = [];
    private readonly Task _reading;
    private long _total;
    private long _latest = long.MinValue;
    private long _late;

    /// <summary>Begins to read.</summary>
    /// <param name="session">The session.</param>
    public EventCounts(InstrumentationSession session) => _reading = ReadAsync(session.Events);

    /// <summary>Events so far.</summary>
    public long Total => Volatile.Read(ref _total);

    /// <summary>Events that came behind one with a later time.</summary>
    public long Late => Volatile.Read(ref _late);

    /// <summary>Completes after the session's last event.</summary>
    public Task Completion => _reading;

    /// <summary>The events of a probe so far.</summary>
    /// <param name="id">The probe's number.</param>
    public long Of(int id)
    {
        lock (_counts)
        {
            return _counts.GetValueOrDefault(id);
        }
    }

    /// <summary>Forgets a probe.</summary>
    /// <param name="id">The probe's number.</param>
    public void Forget(int id)
    {
        lock (_counts)
        {
            _counts.Remove(id);
        }
    }

    private async Task ReadAsync(EventStream events)
    {
        await foreach (ProbeEvent one in events)
        {
            lock (_counts)
            {
                _counts[one.ProbeId] = _counts.GetValueOrDefault(one.ProbeId) + 1;
            }

            _late += one.Timestamp < _latest ? 1 : 0;
            _latest = Math.Max(_latest, one.Timestamp);
            Volatile.Write(ref _total, _total + 1);
        }
    }
}
