using System.Diagnostics;
using Instrumentation.Aggregations;
using Instrumentation.Events;
using Instrumentation.Managed.Engine;
using Instrumentation.Managed.Points;

namespace Instrumentation.Managed.Costs;

/// <summary>Measures what a probe costs, by probing a method of the library's own and calling it.</summary>
internal sealed class Calibration
{
    private const int Rounds = 9;
    private const int Calls = 1000;
    private const int LargestEvent = 128;

    private readonly ManagedEngine _engine = ManagedEngine.Get();
    private readonly int _calls = Math.Clamp(ThreadStates.RingBytes / 2 / LargestEvent, 10, Calls);
    private readonly double _bare;

    /// <summary>Measures the loop without a probe.</summary>
    /// <exception cref="BackendUnavailableException">This process cannot be profiled.</exception>
    public Calibration() => _bare = Best(static () => { });

    /// <summary>Probes, calls and measures.</summary>
    /// <param name="spec">The probe, on <see cref="CalibrationTarget.Called"/>.</param>
    /// <returns>What it adds to a call, in nanoseconds; what inlining would have saved is in it.</returns>
    public double Measure(ProbeSpec spec)
    {
        ProbeRuntime runtime = new(spec, ProbeSlots.NextId(), (int)AggregationLayout.BytesFor(spec.Aggregation)) { CountsEveryHit = true, Sink = NoSink.Instance };
        ProbeSlots.Add(runtime);
        IReadOnlyList<WovenMethod> woven = [];
        try
        {
            ProbedCode code = ProbedCode.Whole(((Func<long, long, long, long, long>)CalibrationTarget.Called).Method);
            runtime.Cells = new WovenCount(runtime);
            woven = _engine.Attach(runtime, spec, [code], new Findings([]), verify: false);
            ProbeSlots.Open(runtime);
            return Math.Max(0, Best(static () => EventPump.Shared.FlushAsync().GetAwaiter().GetResult()) - _bare);
        }
        finally
        {
            _ = _engine.Detach(runtime, woven);
            ProbeSlots.Close(runtime);
            EventPump.Shared.FlushAsync().GetAwaiter().GetResult();
            ProbeSlots.Remove(runtime);
        }
    }

    // What disturbs can only make a round longer.
    private double Best(Action between)
    {
        double best = double.MaxValue;
        for (int i = 0; i < Rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            _ = CalibrationTarget.Loop(_calls);
            best = Math.Min(best, (Stopwatch.GetTimestamp() - start) * 1e9 / Stopwatch.Frequency / _calls);
            between();
        }

        return best;
    }

    /// <summary>Takes the events of calibrations and drops them.</summary>
    private sealed class NoSink : IEventSink
    {
        public static NoSink Instance { get; } = new();

        public void Deliver(ProbeRuntime probe, ReadOnlySpan<byte> record, long watermark)
        {
        }

        public void EndOfRound()
        {
        }
    }
}
