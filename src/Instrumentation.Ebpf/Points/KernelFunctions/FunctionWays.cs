using Instrumentation.Backends;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Points.KernelFunctions;

/// <summary>Chooses how a kernel function is attached to.</summary>
internal static class FunctionWays
{
    private static readonly (FunctionWay Way, string Capability)[] Kprobes = [(FunctionWay.Kprobe, CapabilityNames.KprobeUnit), (FunctionWay.KprobeMulti, CapabilityNames.KprobeMulti)];

    /// <summary>Chooses the cheapest way that there is.</summary>
    /// <param name="point">The function.</param>
    /// <param name="function">What BTF says about it; null when it says nothing.</param>
    /// <param name="edge">The moments to observe.</param>
    /// <returns>The way.</returns>
    /// <exception cref="MissingCapabilityException">There is none.</exception>
    public static FunctionWay Choose(KernelFunctionPoint point, BtfFunction? function, ProbeEdge edge)
    {
        if (point.Way is null or FunctionWay.Trampoline && TakesTrampoline(function, edge))
        {
            return FunctionWay.Trampoline;
        }

        foreach ((FunctionWay way, string capability) in Kprobes)
        {
            if ((point.Way is null || point.Way == way) && KernelCapabilities.Has(CapabilityNames.ProgramKprobe) && KernelCapabilities.Has(capability))
            {
                return way;
            }
        }

        throw Missing(point, function);
    }

    // Asked for this very function: the kernel refuses some that it could not trace.
    private static bool TakesTrampoline(BtfFunction? function, ProbeEdge edge) =>
        function is not null
        && ReferenceEquals(function.Type.File, KernelBtf.Open())
        && KernelCapabilities.Of(CapabilityNames.ProgramFunction).Answer != CapabilityAnswer.No
        && Takes(function, AttachType.TraceFunctionEntry)
        && (edge == ProbeEdge.Entry || Takes(function, AttachType.TraceFunctionExit));

    private static bool Takes(BtfFunction function, AttachType attach) => Trials.Program(ProgramType.Tracing, attach, function.Type.Id).Answer == CapabilityAnswer.Yes;

    private static MissingCapabilityException Missing(KernelFunctionPoint point, BtfFunction? function)
    {
        Capability trampoline = KernelCapabilities.Of(CapabilityNames.ProgramFunction);
        Capability[] lacking =
        [
            .. trampoline.Answer == CapabilityAnswer.Yes ? Array.Empty<Capability>() : [trampoline],
            .. Kprobes.Select(static one => KernelCapabilities.Of(one.Capability)).Where(static one => one.Answer != CapabilityAnswer.Yes),
        ];
        string refused = trampoline.Answer != CapabilityAnswer.Yes ? "this kernel takes no fentry programs"
            : function is null ? "fentry programs need its type, which BTF does not have"
            : "the kernel takes no fentry programs at this function";
        return new MissingCapabilityException(
            point.Place,
            $"{refused}, and has no kprobes: missing are {string.Join(", or ", lacking.Select(static one => $"{one.Name} ({one.Minimum})"))}.",
            string.Join(" ", lacking.Select(static one => one.Mend).Distinct(StringComparer.Ordinal)),
            lacking);
    }
}
