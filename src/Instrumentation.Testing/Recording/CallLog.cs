using Instrumentation.Events;

namespace Instrumentation.Testing.Recording;

/// <summary>The calls of one recorder, in the order in which they began. Any number of threads add to it at a time.</summary>
/// <param name="capacity">The most that are kept.</param>
internal sealed class CallLog(int capacity)
{
    private const int LongestWait = 1000;

    private readonly Lock _gate = new();
    private readonly List<RecordedCall> _calls = [];
    private long _lost;

    /// <summary>The calls that were not kept.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Adds a call.</summary>
    /// <param name="image">The call.</param>
    /// <param name="parent">The recorded call that it happens in, or null.</param>
    /// <returns>The record; null when it is not kept.</returns>
    public RecordedCall? Add(CallImage image, RecordedCall? parent)
    {
        lock (_gate)
        {
            if (_calls.Count == capacity)
            {
                _lost++;
                return null;
            }

            RecordedCall recorded = new(image, parent, _calls.Count + 1);
            _calls.Add(recorded);
            return recorded;
        }
    }

    /// <summary>The calls so far.</summary>
    /// <returns>A copy.</returns>
    /// <remarks>Where the lock's own code is watched, the thread that leaves it would ask for it once more: reading is guarded, as adding is.</remarks>
    public IReadOnlyList<RecordedCall> Read()
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        RecordedCall[] calls;
        lock (_gate)
        {
            calls = [.. _calls];
        }

        long deadline = Environment.TickCount64 + LongestWait;
        foreach (RecordedCall call in calls)
        {
            call.AwaitEnd(deadline);
        }

        return calls;
    }
}
