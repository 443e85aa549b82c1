using Instrumentation.Ebpf.Points;
using Instrumentation.Ebpf.Points.Functions;
using Instrumentation.Ebpf.Points.KernelFunctions;
using Instrumentation.Ebpf.Points.Sampling;
using Instrumentation.Ebpf.Points.Usdt;
using Instrumentation.Ebpf.Points.Watchpoints;
using Instrumentation.Governor;

namespace Instrumentation.Ebpf.Backend;

/// <summary>
/// What hits of kernel probes cost, in nanoseconds: typical figures, to begin with and for what the kernel does not measure, namely the way to a program. What the
/// programs themselves take is learned from the kernel's measurement as soon as a probe is attached.
/// </summary>
internal static class KernelCosts
{
    /// <summary>To reach a program at an instruction of a user-space function that has to be stepped over.</summary>
    public const double ReachSteppedFunction = 11_000;

    private const double ReachTracepoint = 60;
    private const double ReachKernelFunction = 40;
    private const double ReachUserFunction = 500;
    private const double ReachPerfEvent = 1000;
    private const double ReachWatchpoint = 8000;
    private const double Program = 40;
    private const double KeptStart = 120;
    private const double Record = 80;
    private const double Field = 5;
    private const double Text = 100;
    private const double Aggregate = 60;
    private const double Stacks = 1500;

    /// <summary>What it takes to reach a program at a point, which the kernel does not measure.</summary>
    /// <param name="point">The point.</param>
    /// <param name="target">The point as it was found on this machine.</param>
    /// <returns>Nanoseconds a run.</returns>
    public static double ReachOf(ProbePoint point, PointTarget target) => target.ReachNanoseconds ?? point switch
    {
        FunctionPoint or UsdtPoint => ReachUserFunction,
        WatchpointPoint => ReachWatchpoint,
        SamplePoint => ReachPerfEvent,
        KernelFunctionPoint => ReachKernelFunction,
        _ => ReachTracepoint,
    };

    /// <summary>What a hit of a probe costs.</summary>
    /// <param name="spec">The probe.</param>
    /// <param name="reach">What it takes to reach a program, where calls begin.</param>
    /// <param name="reduction">How far it is reduced: a kernel probe counts by sampling so rarely that nothing is left.</param>
    /// <returns>The cost.</returns>
    public static HitCost Of(ProbeSpec spec, double reach, ProbeReduction reduction)
    {
        double ends = spec.Edge.HasFlag(ProbeEdge.Call) && spec.Point is not MomentPoint ? KeptStart + Math.Min(reach, ReachUserFunction) : 0;
        double perHit = reach + Program + ends;
        if (reduction.Level == ProbeLevel.Counted || spec.Aggregation is CountAggregation)
        {
            return new HitCost(perHit, 0);
        }

        double report = spec.Aggregation switch
        {
            null => Record + (spec.CaptureShape?.Fields.Sum(static field => field.Value.Type == typeof(string) ? Text : Field) ?? 0),
            StackAggregation => Stacks,
            _ => Aggregate,
        };
        return new HitCost(perHit, report);
    }
}
