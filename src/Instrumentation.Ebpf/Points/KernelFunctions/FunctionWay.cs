namespace Instrumentation.Ebpf.Points.KernelFunctions;

/// <summary>A way to run programs at a kernel function, cheapest first.</summary>
internal enum FunctionWay
{
    /// <summary>fentry and fexit: the function's own arguments and result, with the types of BTF.</summary>
    Trampoline,

    /// <summary>A kprobe and a kretprobe through perf events: the registers.</summary>
    Kprobe,

    /// <summary>A kprobe_multi link: the registers, too.</summary>
    KprobeMulti,
}
