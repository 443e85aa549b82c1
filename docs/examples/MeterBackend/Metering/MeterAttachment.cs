using System.Diagnostics.Metrics;
using System.Globalization;
using System.Numerics;
using Instrumentation;
using Instrumentation.Backends;
using Instrumentation.Events;

namespace Metering;

/// <summary>A listener for one probe; without a sink, a look at what there is.</summary>
public sealed class MeterAttachment : ProbeAttachment, IDisposable
{
    private readonly MeasurementPoint _point;
    private readonly ProbeSink? _sink;
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly List<Instrument> _instruments = [];
    private bool _isOff;

    public MeterAttachment(MeasurementPoint point, ProbeSink? sink)
    {
        _point = point;
        _sink = sink;
        _listener.InstrumentPublished = (instrument, _) => Found(instrument);
        Listen<byte>();
        Listen<short>();
        Listen<int>();
        Listen<long>();
        Listen<float>();
        Listen<double>();
        Listen<decimal>();
        _listener.Start();
    }

    /// <summary>Instruments come whenever somebody makes one, so the coverage is asked for, not kept.</summary>
    public override ProbeCoverage Coverage
    {
        get
        {
            lock (_gate)
            {
                List<CoverageGap> gaps =
                [
                    .. _instruments.Where(instrument => instrument.IsObservable).Select(instrument => new CoverageGap(
                        NameOf(instrument), "it is only measured when somebody collects, and a probe does not.", "Probe the method that it asks.")),
                ];
                if (_instruments.Count == 0)
                {
                    gaps.Add(new(_point.Describe(), "no instrument of the name has been made yet.", "It is seen as soon as it is."));
                }

                return new ProbeCoverage([.. _instruments.Where(instrument => !instrument.IsObservable).Select(NameOf)], gaps);
            }
        }
    }

    /// <summary>Out of the way while the budget has the probe off: nothing is called then.</summary>
    public override void Reduce(ProbeLevel level)
    {
        lock (_gate)
        {
            _isOff = level == ProbeLevel.Off;
            _instruments.ForEach(Apply);
        }
    }

    public override ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose() => _listener.Dispose();

    private static string NameOf(Instrument instrument) => $"{instrument.Meter.Name}/{instrument.Name}";

    private void Found(Instrument instrument)
    {
        if (instrument.Meter.Name == _point.Meter && (_point.Instrument == MeasurementPoint.Every || _point.Instrument == instrument.Name))
        {
            lock (_gate)
            {
                _instruments.Add(instrument);
                Apply(instrument);
            }
        }
    }

    // The place is found once for each instrument, and comes back with each of its measurements.
    private void Apply(Instrument instrument)
    {
        if (_sink is null || instrument.IsObservable)
        {
            return;
        }

        if (_isOff)
        {
            _listener.DisableMeasurementEvents(instrument);
        }
        else
        {
            _listener.EnableMeasurementEvents(instrument, _sink.Place(NameOf(instrument)));
        }
    }

    private void Listen<T>()
        where T : struct, INumber<T> => _listener.SetMeasurementEventCallback<T>(Measured);

    // On the thread that measures: the hit carries the span that the thread works for.
    private void Measured<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? place)
        where T : struct, INumber<T>
    {
        if (_sink is { IsOpen: true })
        {
            _sink.Report((ProbeSite)place!, double.CreateTruncating(value), TagOf(tags, 0), TagOf(tags, 1), TagOf(tags, 2), TagOf(tags, 3));
        }
    }

    private string? TagOf(ReadOnlySpan<KeyValuePair<string, object?>> tags, int index)
    {
        if (index < _point.Tags.Count)
        {
            foreach (KeyValuePair<string, object?> tag in tags)
            {
                if (tag.Key == _point.Tags[index])
                {
                    return tag.Value as string ?? Convert.ToString(tag.Value, CultureInfo.InvariantCulture);
                }
            }
        }

        return null;
    }
}
