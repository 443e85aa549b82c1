namespace Soak;

/// <summary>How many calls a probe must have seen at least and can have seen at most, told by the workload's own counts around its attach and its detach.</summary>
/// <param name="workers">The workload.</param>
/// <param name="place">The place that is probed.</param>
internal sealed class Bracket(IReadOnlyList<Worker> workers, int place)
{
    private readonly long[] _endedBefore = Ended(workers, place);
    private long[] _begunAttached = [];
    private long[] _endedDetaching = [];

    /// <summary>The attach has returned.</summary>
    public void Attached() => _begunAttached = Begun(workers, place);

    /// <summary>The detach is about to begin.</summary>
    public void Detaching() => _endedDetaching = Ended(workers, place);

    /// <summary>The detach has returned.</summary>
    /// <returns>The least and the most calls.</returns>
    public (long Least, long Most) Detached()
    {
        long[] begun = Begun(workers, place);
        long least = _endedDetaching.Zip(_begunAttached, static (ended, begun) => Math.Max(0, ended - begun)).Sum();
        long most = begun.Zip(_endedBefore, static (begun, ended) => begun - ended).Sum();
        return (least, most);
    }

    private static long[] Begun(IReadOnlyList<Worker> workers, int place) => [.. workers.Select(worker => worker.Begun[place])];

    private static long[] Ended(IReadOnlyList<Worker> workers, int place) => [.. workers.Select(worker => worker.Ended[place])];
}
