using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Instrumentation.Benchmarks;

/// <summary>The event of a call, over an Activity around it with two tags, for a listener that wants all of it and only counts.</summary>
internal sealed class ActivityFigure : RecordingFigure
{
    private const string SourceName = "Instrumentation.Benchmarks";

    private static readonly ActivitySource Source = new(SourceName);

    private static int _sink;
    private static long _stopped;

    /// <inheritdoc/>
    public override string Name => "managed.vs-activity";

    /// <inheritdoc/>
    public override double Limit => 0.4;

    /// <inheritdoc/>
    protected override long Others => _stopped;

    /// <inheritdoc/>
    public override async Task<(Action<int> Ours, Action<int> Other)> PrepareAsync(InstrumentationSession session)
    {
        ActivitySource.AddActivityListener(new ActivityListener
        {
            ShouldListenTo = static source => source.Name == SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = static activity => _stopped += activity.Duration >= TimeSpan.Zero && activity.GetTagItem("right") is int ? 1 : 0,
        });
        await AttachAsync(session, Probe.Method(() => Probed(0, 0))).ConfigureAwait(false);
        return (CallProbed, CallWithActivity);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Probed(int left, int right) => (left * 31) + right;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int WithActivity(int left, int right)
    {
        using Activity? activity = Source.StartActivity("call");
        activity?.SetTag("left", left).SetTag("right", right);
        return (left * 31) + right;
    }

    private static void CallProbed(int count)
    {
        int value = _sink;
        for (int i = 0; i < count; i++)
        {
            value = Probed(value, i);
        }

        _sink = value;
    }

    private static void CallWithActivity(int count)
    {
        int value = _sink;
        for (int i = 0; i < count; i++)
        {
            value = WithActivity(value, i);
        }

        _sink = value;
    }
}
