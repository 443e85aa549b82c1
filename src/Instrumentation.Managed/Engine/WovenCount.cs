using Instrumentation.Backends;
using Instrumentation.Events;

namespace Instrumentation.Managed.Engine;

/// <summary>The hits that a probe's woven code counts by itself, in <see cref="WovenCells"/>, from the moment on that this is made.</summary>
/// <param name="runtime">The probe, with its slot.</param>
internal sealed class WovenCount(ProbeRuntime runtime) : IProbeCells
{
    private readonly long _before = WovenCells.Sum(runtime.Slot);

    /// <inheritdoc/>
    public ProbeStatistics Statistics
    {
        get
        {
            long hits = WovenCells.Sum(runtime.Slot) - _before;
            return new ProbeStatistics(hits, hits, 0, 0, 0);
        }
    }
}
