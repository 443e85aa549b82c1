using Instrumentation.Ebpf.Btf;

namespace Instrumentation.Ebpf.Points.KernelFunctions;

/// <summary>A function of the kernel.</summary>
/// <param name="Name">Its name.</param>
internal sealed record KernelFunctionPoint(string Name) : KernelPoint
{
    private const string Symbols = "/proc/kallsyms";

    /// <summary>The only way to attach; null for the cheapest that there is. For comparisons of the ways.</summary>
    public FunctionWay? Way { get; init; }

    /// <inheritdoc/>
    public override string Place => $"kernel function {Name}";

    /// <inheritdoc/>
    public override PointTarget Resolve(ProbeSpec spec)
    {
        if ((spec.Edge & ~(ProbeEdge.Entry | ProbeEdge.Return | ProbeEdge.Call)) != 0)
        {
            throw new SpecException($"The edge {spec.Edge} on {Place}", "a function of the kernel throws nothing: it fails by its result.", "Use OnReturn().When(c => c.Return<long>() < 0).");
        }

        BtfFunction? function = null;
        if (KernelBtf.IsAvailable)
        {
            BtfFile kernel = KernelBtf.Open();
            function = BtfFunction.Find(kernel, Name);
            foreach (string module in function is null ? KernelBtf.Modules() : [])
            {
                // Find looks into the kernel's types, too, which have none of the name.
                function ??= BtfFunction.Find(KernelBtf.OpenModule(module), Name);
            }

            if (function is null && !IsSymbol())
            {
                throw new PlaceNotFoundException(Place, "this kernel and its modules have no function of that name that is called: it may be inlined everywhere.", kernel.Nearest(Name, BtfKind.Function));
            }
        }

        return new KernelFunctionTarget(Name, function, FunctionWays.Choose(this, function, spec.Edge));
    }

    // Functions that the compiler has split or changed have no types, and can still be reached by their symbols.
    private bool IsSymbol()
    {
        try
        {
            return File.ReadLines(Symbols).Any(line => line.Split(' ', '\t') is [_, "t" or "T", var name, ..] && name == Name);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
