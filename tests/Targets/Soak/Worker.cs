namespace Soak;

/// <summary>A thread that calls all places, and says of each how many calls it has begun and how many have ended. It can be parked.</summary>
internal sealed class Worker
{
    private const int Burst = 200;

    private readonly long[] _begun = new long[Work.Places.Count];
    private readonly long[] _ended = new long[Work.Places.Count];
    private readonly SemaphoreSlim _turn = new(1);
    private volatile bool _stop;
    private Thread? _thread;

    /// <summary>Calls that were begun, by place.</summary>
    public long[] Begun => Copy(_begun);

    /// <summary>Calls that have ended, by place.</summary>
    public long[] Ended => Copy(_ended);

    /// <summary>Starts the thread.</summary>
    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "worker" };
        _thread.Start();
    }

    /// <summary>Waits until no call is under way; none is begun until <see cref="Resume"/>.</summary>
    public void Park() => _turn.Wait();

    /// <summary>Goes on.</summary>
    public void Resume() => _turn.Release();

    /// <summary>Ends the thread.</summary>
    public void Stop()
    {
        _stop = true;
        _thread?.Join();
    }

    /// <summary>Calls every place on the calling thread.</summary>
    /// <param name="times">How often.</param>
    public void CallAll(int times)
    {
        for (int i = 0; i < times; i++)
        {
            for (int place = 0; place < _begun.Length; place++)
            {
                Volatile.Write(ref _begun[place], _begun[place] + 1);
                Work.Call(place, i);
                Volatile.Write(ref _ended[place], _ended[place] + 1);
            }
        }
    }

    private static long[] Copy(long[] counters)
    {
        long[] copy = new long[counters.Length];
        for (int i = 0; i < copy.Length; i++)
        {
            copy[i] = Volatile.Read(ref counters[i]);
        }

        return copy;
    }

    private void Run()
    {
        while (!_stop)
        {
            _turn.Wait();
            CallAll(Burst);
            _turn.Release();
            Thread.Sleep(1);
        }
    }
}
