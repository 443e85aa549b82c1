using Instrumentation.Backends;
using Instrumentation.Events;

namespace Instrumentation.Managed.Engine;

/// <summary>The hits that a probe's woven code counts by itself, in <see cref="WovenCells"/>, from the moment on that this is made.</summary>
/// <param name="runtime">The probe, with its slot.</param>
internal sealed class WovenCount(ProbeRuntime runtime) : IProbeCells
{
    private readonly Lock _gate = new();
    private long _before = WovenCells.Sum(runtime.Slot);
    private ProbeStatistics _earlier;
    private WovenHits _meaning;

    /// <inheritdoc/>
    public ProbeStatistics Statistics
    {
        get
        {
            lock (_gate)
            {
                return With(WovenCells.Sum(runtime.Slot) - _before);
            }
        }
    }

    /// <summary>Says what the hits are that are counted from now on.</summary>
    /// <param name="meaning">What they are.</param>
    public void Mean(WovenHits meaning)
    {
        lock (_gate)
        {
            long now = WovenCells.Sum(runtime.Slot);
            _earlier = With(now - _before);
            (_before, _meaning) = (now, meaning);
        }
    }

    private ProbeStatistics With(long hits) => _earlier with
    {
        Hits = _earlier.Hits + hits,
        Passed = _earlier.Passed + (_meaning == WovenHits.Unasked ? 0 : hits),
        Suppressed = _earlier.Suppressed + (_meaning == WovenHits.Suppressed ? hits : 0),
    };
}
