using System.Reflection;
using Instrumentation.Managed.Engine;
using Instrumentation.Managed.Points;

namespace Instrumentation.Testing.Recording;

/// <summary>Methods that were woven together, with one probe. It stays attached while any recorder watches one of them.</summary>
internal sealed class WatchGroup
{
    private readonly ProbeHandle _handle;
    private long _blamed;

    /// <summary>Attaches a probe.</summary>
    /// <param name="session">The session of all recorders.</param>
    /// <param name="methods">The methods.</param>
    public WatchGroup(InstrumentationSession session, IReadOnlyList<WatchedMethod> methods)
    {
        Methods = methods;
        ProbeSpec spec = new(new MethodPoint(new MethodTarget.Several([.. methods.Select(static watched => watched.Method)])));

        // Without a budget an attach runs to its end where it is asked for.
        _handle = session.AttachAsync(spec.Intercept(new RecordingInterceptor(this)).Named("recorder")).GetAwaiter().GetResult();
    }

    /// <summary>The methods.</summary>
    public IReadOnlyList<WatchedMethod> Methods { get; }

    /// <summary>How many recorders use it.</summary>
    public int Users { get; set; }

    /// <summary>When its last recorder has ended, while there is none; milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public long UnusedSince { get; set; }

    /// <summary>Calls that could not be recorded, of which it is not known whose they are.</summary>
    public long Faults => _handle.Statistics.Faults - Interlocked.Read(ref _blamed);

    /// <summary>Why calls of a method are not seen, for good.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The reasons; none when they are.</returns>
    public IEnumerable<CoverageGap> LastingGaps(MethodBase method) => Of(method, ((ManagedAttachment)_handle.Attachment).Lasting.Gaps);

    /// <summary>Why calls of a method may not be seen now, whoever makes them.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The reasons; none when they are.</returns>
    public IEnumerable<CoverageGap> Gaps(MethodBase method) => Of(method, _handle.Coverage.Gaps);

    /// <summary>Why calls that the current thread goes on to make may not be seen: the runtime has not taken the woven code yet, or the thread is in code from before that has methods inlined.</summary>
    /// <returns>The reasons; none when they are.</returns>
    public IReadOnlyList<OpenGap> OpenHere() => ((ManagedAttachment)_handle.Attachment).OpenHere();

    /// <summary>Tells recorders that a call of theirs could not be recorded; what has failed is thrown on, so that the probe counts it.</summary>
    /// <param name="recorders">The recorders.</param>
    /// <param name="method">The method.</param>
    public void Blame(IReadOnlyList<CallRecorder> recorders, MethodBase method)
    {
        foreach (CallRecorder recorder in recorders)
        {
            recorder.CountFault(method);
        }

        if (recorders.Count > 0)
        {
            Interlocked.Increment(ref _blamed);
        }
    }

    /// <summary>Of gaps, those that concern a method.</summary>
    /// <param name="method">The method.</param>
    /// <param name="gaps">The gaps.</param>
    /// <returns>Its gaps, and those of no method of the group.</returns>
    public IEnumerable<CoverageGap> Of(MethodBase method, IEnumerable<CoverageGap> gaps)
    {
        string place = MethodName.WithParameters(method);
        return gaps.Where(gap => gap.Place == place || !Methods.Any(other => MethodName.WithParameters(other.Method) == gap.Place));
    }

    /// <summary>Detaches the probe.</summary>
    /// <returns>Completes when nothing of it is left.</returns>
    public ValueTask DetachAsync() => _handle.DisposeAsync();
}
