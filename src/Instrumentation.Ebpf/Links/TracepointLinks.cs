using System.Text;
using Instrumentation.Ebpf.Errors;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Links;

/// <summary>Attaches programs to raw tracepoints, and to what the BTF id that they were loaded with names: tp_btf, fentry, fexit.</summary>
internal static unsafe class TracepointLinks
{
    /// <summary>Attaches to a raw tracepoint by name, on all processors and for all processes.</summary>
    /// <param name="program">A program of type <see cref="ProgramType.RawTracepoint"/>.</param>
    /// <param name="name">The tracepoint, without its category.</param>
    /// <param name="cookie">What <see cref="Assembler.BpfHelper.GetAttachCookie"/> gives; kernels before 6.10 know only 0.</param>
    /// <returns>The link.</returns>
    /// <exception cref="KernelCallException">There is no such tracepoint, or the kernel refused.</exception>
    public static BpfLink Raw(BpfProgram program, string name, ulong cookie = 0)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name + "\0");

        // SAFETY: the name is pinned during the call, and the kernel copies it.
        fixed (byte* start = bytes)
        {
            return Open(program, (ulong)start, cookie, $"the raw tracepoint '{name}'");
        }
    }

    /// <summary>Attaches to the tracepoint or function that the program was loaded for.</summary>
    /// <param name="program">A program of type <see cref="ProgramType.Tracing"/>, loaded with a BTF id.</param>
    /// <param name="cookie">What <see cref="Assembler.BpfHelper.GetAttachCookie"/> gives.</param>
    /// <returns>The link.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public static BpfLink Tracing(BpfProgram program, ulong cookie = 0)
    {
        string target = $"BTF type {program.Description.AttachBtfId}";
        if (cookie == 0)
        {
            return Open(program, 0, 0, target);
        }

        using HandleLease lease = new(program.Handle);
        LinkCreateAttributes attributes = new() { Program = lease.Descriptor, AttachType = (uint)program.Description.ExpectedAttachType, TracingCookie = cookie };
        int link = Bpf.CallOrThrow(BpfCommand.LinkCreate, ref attributes, Failure(program, target));
        return new BpfLink(new LinkHandle(link), program, target);
    }

    private static BpfLink Open(BpfProgram program, ulong name, ulong cookie, string target)
    {
        using HandleLease lease = new(program.Handle);
        RawTracepointAttributes attributes = new() { Name = name, Program = lease.Descriptor, Cookie = cookie };
        int answer = Bpf.Call(BpfCommand.RawTracepointOpen, ref attributes);
        return answer >= 0
            ? new BpfLink(new LinkHandle(answer), program, target)
            : throw (answer == -KernelErrors.NoEntry
                ? new KernelCallException("bpf(RawTracepointOpen)", KernelErrors.NoEntry, Failure(program, target), "this kernel has no such tracepoint.", "See /sys/kernel/tracing/available_events for those that it has.")
                : KernelErrors.OfBpf(BpfCommand.RawTracepointOpen, Failure(program, target), -answer));
    }

    private static string Failure(BpfProgram program, string target) => $"The program '{program.Description.Name}' cannot be attached to {target}";
}
