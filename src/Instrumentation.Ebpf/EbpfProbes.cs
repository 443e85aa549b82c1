using Instrumentation.Ebpf.Points;
using Instrumentation.Ebpf.Points.Functions;
using Instrumentation.Ebpf.Points.Syscalls;
using Instrumentation.Ebpf.Points.Usdt;

namespace Instrumentation;

/// <summary>Probes on the kernel and on native code.</summary>
/// <remarks>Everything here is inert: names are looked up when the spec is attached. A probe looks at every process unless it is told otherwise.</remarks>
public static partial class EbpfProbes
{
    /// <summary>The factories of this backend.</summary>
    extension(Probe)
    {
        /// <summary>
        /// A probe on a system call: its entry, its return with the result (negative: an error number), or both as one call with its duration. Arguments have the
        /// names that section 2 of the manual, or the kernel's declaration, gives them.
        /// </summary>
        /// <param name="name">The call's name, for example <c>openat</c>.</param>
        /// <returns>The spec.</returns>
        public static ProbeSpec Syscall(string name)
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            return new ProbeSpec(new SyscallPoint(name));
        }

        /// <summary>
        /// A probe on functions of a native library or program: their entry, their return, or both as one call with its duration; or on one instruction. Arguments are
        /// those that lie in registers: integers and addresses, from 0, at most six on x86-64 and eight on arm64.
        /// </summary>
        /// <param name="library">The library: a name (<c>libc</c>, <c>libc.so.6</c>) that the process has mapped or the dynamic linker knows, or a path.</param>
        /// <param name="function">
        /// A symbol (<c>malloc</c>), all symbols that match a pattern (<c>sqlite3_bind_*</c>), or one instruction: a symbol and an offset into it (<c>malloc+0x14</c>), or
        /// an offset in the file (<c>0x9d640</c>). It is proven that an instruction begins there.
        /// </param>
        /// <returns>The spec.</returns>
        /// <remarks>
        /// While returns are observed, the return address on the stack is another one: C++ exceptions cannot be thrown through such a call, and of calls that lie inside
        /// of each other the kernel observes the returns of 64.
        /// </remarks>
        /// <exception cref="SpecException">The function's text is none of these.</exception>
        public static ProbeSpec Function(string library, string function)
        {
            ArgumentException.ThrowIfNullOrEmpty(library);
            ArgumentException.ThrowIfNullOrEmpty(function);
            _ = FunctionName.Parse(function);
            return new ProbeSpec(new FunctionPoint(library, function));
        }

        /// <summary>
        /// A probe on places that the authors of a native library or program marked (USDT, also known as SDT), with the arguments that the mark names, from 0: all places
        /// that have the name. A mark has one moment, and no result.
        /// </summary>
        /// <param name="library">The library or program: a name (<c>libstdc++.so.6</c>, <c>python3</c>) or a path.</param>
        /// <param name="provider">Who made the mark, for example <c>libstdcxx</c>.</param>
        /// <param name="name">What it is called, for example <c>throw</c>.</param>
        /// <returns>The spec.</returns>
        public static ProbeSpec Usdt(string library, string provider, string name)
        {
            ArgumentException.ThrowIfNullOrEmpty(library);
            ArgumentException.ThrowIfNullOrEmpty(provider);
            ArgumentException.ThrowIfNullOrEmpty(name);
            return new ProbeSpec(new UsdtPoint(library, provider, name));
        }
    }

    /// <summary>What specs of kernel probes have besides.</summary>
    /// <typeparam name="TSpec">The kind of spec.</typeparam>
    /// <param name="spec">The spec.</param>
    extension<TSpec>(TSpec spec)
        where TSpec : ProbeSpec
    {
        /// <summary>Looks at the process that attaches the probe only.</summary>
        /// <returns>The changed copy.</returns>
        /// <exception cref="SpecException">The spec is for no kernel point.</exception>
        public TSpec ThisProcess() => Filtered(spec, new ProcessFilter(ProcessScope.This));

        /// <summary>Looks at every process of the machine, as most points do if they are not told otherwise.</summary>
        /// <returns>The changed copy.</returns>
        /// <exception cref="SpecException">The spec is for no kernel point.</exception>
        public TSpec EveryProcess() => Filtered(spec, default);

        /// <summary>Looks at one process only.</summary>
        /// <param name="processId">Its id.</param>
        /// <returns>The changed copy.</returns>
        /// <exception cref="SpecException">The spec is for no kernel point.</exception>
        public TSpec Process(int processId) => Filtered(spec, new ProcessFilter(ProcessScope.One, processId));
    }

    private static TSpec Filtered<TSpec>(TSpec spec, ProcessFilter filter)
        where TSpec : ProbeSpec => spec.Point is KernelPoint point
        ? spec with { Point = point with { Processes = filter } }
        : throw new SpecException($"A process filter on {spec.Point.Describe()}", "it is no kernel point: .NET methods are always of this process.", "Leave it out.");
}
