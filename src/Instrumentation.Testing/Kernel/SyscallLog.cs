namespace Instrumentation.Testing.Kernel;

/// <summary>The system calls of one recorder. The pump adds to it while others read.</summary>
/// <param name="capacity">The most that are kept.</param>
internal sealed class SyscallLog(int capacity)
{
    private readonly Lock _gate = new();
    private readonly List<RecordedSyscall> _calls = [];
    private long _lost;

    /// <summary>Those that were not kept.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Adds a call.</summary>
    /// <param name="facts">What was seen of it.</param>
    public void Add(SyscallFacts facts)
    {
        lock (_gate)
        {
            if (_calls.Count == capacity)
            {
                _lost++;
                return;
            }

            _calls.Add(new RecordedSyscall(facts, _calls.Count + 1));
        }
    }

    /// <summary>The calls so far.</summary>
    /// <returns>A copy.</returns>
    public IReadOnlyList<RecordedSyscall> Read()
    {
        lock (_gate)
        {
            return [.. _calls];
        }
    }
}
