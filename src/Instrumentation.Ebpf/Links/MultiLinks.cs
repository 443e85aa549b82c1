using System.Runtime.InteropServices;
using System.Text;
using Instrumentation.Ebpf.Errors;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Links;

/// <summary>Attaches a program to many places in one call: uprobe_multi (kernel 6.6) and kprobe_multi (5.18).</summary>
internal static unsafe class MultiLinks
{
    private const uint ReturnFlag = 1;

    /// <summary>Attaches to places of a file. All or none: a place that is refused leaves nothing attached.</summary>
    /// <param name="program">A program of type <see cref="ProgramType.Kprobe"/>, loaded for <see cref="AttachType.TraceUprobeMulti"/> or <see cref="AttachType.TraceUprobeSession"/>.</param>
    /// <param name="sites">The places.</param>
    /// <returns>The link.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    /// <exception cref="ArgumentException">There are not as many semaphores or cookies as places.</exception>
    public static BpfLink Uprobes(BpfProgram program, UprobeSites sites)
    {
        Match(sites.Offsets.Length, sites.Semaphores.Length, nameof(sites));
        Match(sites.Offsets.Length, sites.Cookies.Length, nameof(sites));
        byte[] path = Encoding.UTF8.GetBytes(sites.Path + "\0");
        using HandleLease lease = new(program.Handle);

        // SAFETY: all arrays are pinned during the call and hold as many elements as it says; the kernel copies them.
        fixed (byte* pathStart = path)
        fixed (ulong* offsets = sites.Offsets.AsSpan(), semaphores = sites.Semaphores.AsSpan(), cookies = sites.Cookies.AsSpan())
        {
            LinkCreateAttributes attributes = new()
            {
                Program = lease.Descriptor,
                AttachType = (uint)program.Description.ExpectedAttachType,
                UprobePath = (ulong)pathStart,
                UprobeOffsets = (ulong)offsets,
                UprobeSemaphores = (ulong)semaphores,
                UprobeCookies = (ulong)cookies,
                UprobeCount = (uint)sites.Offsets.Length,
                UprobeFlags = sites.AtReturn ? ReturnFlag : 0,
                UprobeProcess = sites.ProcessId,
            };
            return Create(program, ref attributes, $"{sites.Offsets.Length} places of {sites.Path}");
        }
    }

    /// <summary>Attaches to kernel functions. All or none.</summary>
    /// <param name="program">A program of type <see cref="ProgramType.Kprobe"/>, loaded for <see cref="AttachType.TraceKprobeMulti"/> or <see cref="AttachType.TraceKprobeSession"/>.</param>
    /// <param name="sites">The functions.</param>
    /// <returns>The link.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    /// <exception cref="ArgumentException">There are not as many cookies as functions.</exception>
    public static BpfLink Kprobes(BpfProgram program, KprobeSites sites)
    {
        Match(sites.Functions.Length, sites.Cookies.Length, nameof(sites));
        using HandleLease lease = new(program.Handle);
        nint[] names = [.. sites.Functions.Select(Marshal.StringToCoTaskMemUTF8)];
        try
        {
            // SAFETY: the array and the strings live until the call returns; the kernel copies them.
            fixed (nint* symbols = names)
            fixed (ulong* cookies = sites.Cookies.AsSpan())
            {
                LinkCreateAttributes attributes = new()
                {
                    Program = lease.Descriptor,
                    AttachType = (uint)program.Description.ExpectedAttachType,
                    KprobeFlags = sites.AtReturn ? ReturnFlag : 0,
                    KprobeCount = (uint)names.Length,
                    KprobeSymbols = (ulong)symbols,
                    KprobeCookies = (ulong)cookies,
                };
                return Create(program, ref attributes, $"the kernel functions {string.Join(", ", sites.Functions.Take(3))}{(names.Length > 3 ? " and more" : "")}");
            }
        }
        finally
        {
            Array.ForEach(names, Marshal.FreeCoTaskMem);
        }
    }

    private static BpfLink Create(BpfProgram program, ref LinkCreateAttributes attributes, string target)
    {
        int answer = Bpf.Call(BpfCommand.LinkCreate, ref attributes);
        return answer >= 0
            ? new BpfLink(new LinkHandle(answer), program, target)
            : throw KernelErrors.OfBpf(BpfCommand.LinkCreate, $"The program '{program.Description.Name}' cannot be attached to {target}", -answer);
    }

    private static void Match(int places, int others, string name)
    {
        if (others != 0 && others != places)
        {
            throw new ArgumentException($"{others} values are given for {places} places.", name);
        }
    }
}
