using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Names;

namespace Instrumentation.Ebpf.Points.Tracepoints;

/// <summary>A tracepoint, with the arguments that the kernel's code passes to it.</summary>
/// <param name="Name">Its name, without the category.</param>
internal sealed record RawTracepointPoint(string Name) : MomentPoint
{
    private const string Prefix = "btf_trace_";

    /// <inheritdoc/>
    public override string Place => $"raw tracepoint {Name}";

    /// <inheritdoc/>
    public override PointTarget Resolve(ProbeSpec spec)
    {
        RequireMoment(spec);
        if (!KernelBtf.IsAvailable)
        {
            // The kernel looks the name up when the program is attached.
            return new RawTracepointTarget(Name, null, isTyped: false);
        }

        BtfFile kernel = KernelBtf.Open();
        BtfFunction? tracepoint = BtfFunction.FindRawTracepoint(kernel, Name);
        bool isTyped = tracepoint is not null && KernelCapabilities.Has(CapabilityNames.ProgramTypedTracepoint);
        foreach (string module in tracepoint is null ? KernelBtf.Modules() : [])
        {
            tracepoint ??= BtfFunction.FindRawTracepoint(KernelBtf.OpenModule(module), Name);
        }

        return tracepoint is null
            ? throw new PlaceNotFoundException(Place, "this kernel and its modules have no tracepoint of that name.", Nearest(kernel))
            : new RawTracepointTarget(Name, tracepoint, isTyped);
    }

    private IReadOnlyList<string> Nearest(BtfFile kernel)
    {
        NearestSymbols nearest = new(Name);
        foreach (BtfType type in kernel.Match(new NamePattern(Prefix + "*"), BtfKind.Typedef))
        {
            nearest.Offer(type.NameUtf8[Prefix.Length..]);
        }

        return nearest.Names;
    }
}
