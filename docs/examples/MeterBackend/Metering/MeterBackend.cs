using Instrumentation;
using Instrumentation.Backends;

namespace Metering;

/// <summary>Probes on measurements.</summary>
public sealed class MeterBackend : ProbeBackend
{
    private const int MostTags = 4;
    private const string Switch = "System.Diagnostics.Metrics.Meter.IsSupported";

    public override string Name => "meters";

    public override bool Handles(ProbePoint point) => point is MeasurementPoint;

    public override IReadOnlyList<Capability> Capabilities() =>
    [
        AppContext.TryGetSwitch(Switch, out bool supported) && !supported
            ? new Capability("meters.listen", CapabilityAnswer.No, "meters that are compiled in", $"Publish without <MeterSupport>false</MeterSupport>, or set {Switch}.")
            : new Capability("meters.listen", CapabilityAnswer.Yes, "meters that are compiled in", ""),
    ];

    public override HitShape ShapeOf(ProbePoint point) =>
        new([new("value", typeof(double)), .. ((MeasurementPoint)point).Tags.Select(tag => new HitArgument(tag, typeof(string)))]);

    public override ProbeCoverage CanAttach(ProbeSpec spec)
    {
        MeasurementPoint point = (MeasurementPoint)spec.Point;
        if (point.Tags.Count > MostTags)
        {
            throw new SpecException($"{point.Tags.Count} tags", $"a probe on measurements has {MostTags} at most.", "Ask for fewer, or attach two probes.");
        }

        using MeterAttachment look = new(point, sink: null);
        return look.Coverage;
    }

    public override ValueTask<ProbeAttachment> AttachAsync(ProbeSink sink, CancellationToken cancellationToken)
    {
        _ = CanAttach(sink.Spec);
        return ValueTask.FromResult<ProbeAttachment>(new MeterAttachment((MeasurementPoint)sink.Spec.Point, sink));
    }

    // Measured on one machine: a listener's callback with two tags.
    public override double NanosecondsPerHit(ProbeSpec spec) => 30;
}
