namespace Instrumentation.Managed.Locks;

/// <summary>What is known of a lock: its number, its type, and who has taken it and not given it back since, as far as there is room. Held only as long as the lock lives.</summary>
internal sealed class LockObject
{
    /// <summary>The thread of a holder that is a flow of execution, on no particular thread.</summary>
    public const int Flow = -1;

    private const int Places = 4;
    private const int Reserved = int.MinValue;

    private static long _lastId;

    private readonly int[] _threads = new int[Places];
    private readonly long[] _spans = new long[Places];
    private int _newest;

    /// <summary>Gives a lock the next number.</summary>
    /// <param name="target">The lock.</param>
    public LockObject(object target)
    {
        Id = Interlocked.Increment(ref _lastId);
        Type = target.GetType().FullName ?? target.GetType().Name;
    }

    /// <summary>A number that no other lock has.</summary>
    public long Id { get; }

    /// <summary>The lock's type.</summary>
    public string Type { get; }

    /// <summary>Notes a holder. When there are more than there is room for, the further ones are not known.</summary>
    /// <param name="thread">Its thread, or <see cref="Flow"/>.</param>
    /// <param name="span">The span that it works for.</param>
    public void Take(int thread, long span)
    {
        for (int i = 0; i < Places; i++)
        {
            if (_threads[i] == 0 && Interlocked.CompareExchange(ref _threads[i], Reserved, 0) == 0)
            {
                _spans[i] = span;
                Volatile.Write(ref _threads[i], thread);
                _newest = i;
                return;
            }
        }
    }

    /// <summary>Forgets a holder: the one of the thread and span, or of the span, or of the thread.</summary>
    /// <param name="thread">The thread that gives the lock back.</param>
    /// <param name="span">The span that it works for.</param>
    /// <param name="byAnyone">Whether another thread than the holder's may do so: when none of that fits, nobody is known to hold the lock any more.</param>
    public void Release(int thread, long span, bool byAnyone)
    {
        int place = Find(thread, span) is var exact and >= 0 ? exact
            : byAnyone && span != 0 && Array.IndexOf(_spans, span) is var same and >= 0 && _threads[same] != 0 ? same
            : Array.IndexOf(_threads, thread);
        if (place >= 0)
        {
            Volatile.Write(ref _threads[place], 0);
        }
        else if (byAnyone)
        {
            for (int i = 0; i < Places; i++)
            {
                Volatile.Write(ref _threads[i], 0);
            }
        }
    }

    /// <summary>One that holds the lock: the last that took it, if it still does.</summary>
    /// <returns>The thread, 0 when it is not known or a flow; and the span that it worked for.</returns>
    public (int Thread, long Span) Owner()
    {
        int newest = _newest;
        for (int i = 0; i < Places; i++)
        {
            int place = (newest + i) & (Places - 1);
            int thread = Volatile.Read(ref _threads[place]);
            if (thread is not (0 or Reserved))
            {
                return (thread == Flow ? 0 : thread, Volatile.Read(ref _spans[place]));
            }
        }

        return default;
    }

    private int Find(int thread, long span)
    {
        for (int i = 0; i < Places; i++)
        {
            if (_threads[i] == thread && _spans[i] == span)
            {
                return i;
            }
        }

        return -1;
    }
}
