namespace Instrumentation.Tests.Order;

/// <summary>
/// Judges a stream of calls that several threads make, one after the other: the method's entry, the entry of its system call, the system call's return, the method's return. Knows at any
/// time only the calls that are under way, however many there are in all.
/// </summary>
/// <param name="threads">The number of threads.</param>
internal sealed class CausalOrder(int threads)
{
    /// <summary>The moments of a call, in the order of their causes.</summary>
    public const int Moments = 4;

    private readonly Dictionary<long, long[]> _open = [];
    private readonly long[] _begun = new long[threads];
    private readonly long[] _next = new long[threads];
    private long _latest = long.MinValue;

    /// <summary>Events seen.</summary>
    public long Events { get; private set; }

    /// <summary>Calls of which all four moments were seen, with times in the order of their causes.</summary>
    public long Complete { get; private set; }

    /// <summary>Events that came behind one with a later time.</summary>
    public long Backwards { get; private set; }

    /// <summary>Events that were not the next of their thread, one moment after the other, one call after the other.</summary>
    public long Displaced { get; private set; }

    /// <summary>Calls whose times contradict their causes; the first ones as text.</summary>
    public List<string> Contradictions { get; } = [];

    /// <summary>Calls of which some moments have been seen and others not.</summary>
    public int Open => _open.Count;

    /// <summary>The number of a call.</summary>
    /// <param name="thread">The number of the thread.</param>
    /// <param name="call">The number of the call on the thread, from 0.</param>
    public static long Number(int thread, long call) => ((long)thread << 32) | call;

    /// <summary>How many calls of a thread were seen to begin.</summary>
    /// <param name="thread">The number of the thread.</param>
    public long Begun(int thread) => Volatile.Read(ref _begun[thread]);

    /// <summary>Takes the next event of the stream.</summary>
    /// <param name="number">The call's number.</param>
    /// <param name="moment">Which of the four moments.</param>
    /// <param name="time">The event's time.</param>
    public void Add(long number, int moment, long time)
    {
        Events++;
        Backwards += time < _latest ? 1 : 0;
        _latest = Math.Max(_latest, time);
        int thread = (int)(number >> 32);
        long call = number & uint.MaxValue;
        Volatile.Write(ref _begun[thread], Math.Max(_begun[thread], call + 1));
        long place = (call * Moments) + moment;
        Displaced += place == _next[thread] ? 0 : 1;
        _next[thread] = Math.Max(_next[thread], place + 1);

        if (!_open.TryGetValue(number, out long[]? times))
        {
            _open.Add(number, times = new long[Moments]);
        }

        times[moment] = time;
        if (!times.Contains(0))
        {
            _open.Remove(number);
            Close(number, times);
        }
    }

    private void Close(long number, long[] times)
    {
        if (times[0] < times[1] && times[1] < times[2] && times[2] < times[3])
        {
            Complete++;
        }
        else if (Contradictions.Count < 10)
        {
            Contradictions.Add($"thread {number >> 32}, call {number & uint.MaxValue}: {string.Join(", ", times)}");
        }
    }
}
