using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Errors;

namespace Instrumentation.Ebpf.Interop;

/// <summary>perf_event_open(2) and the ioctls of its descriptors.</summary>
internal static unsafe class PerfEvents
{
    private const nuint IoEnable = 0x2400;
    private const nuint IoDisable = 0x2401;
    private const nuint IoSetBpf = 0x40042408;
    private const nint CloseOnExec = 8;

    /// <summary>Opens an event.</summary>
    /// <param name="attributes">What it is; the size is filled in.</param>
    /// <param name="process">The thread; 0 for the calling one, -1 for all.</param>
    /// <param name="processor">The processor; -1 for all, where a thread is given.</param>
    /// <returns>A descriptor, or a negative error number.</returns>
    public static int Open(ref PerfEventAttributes attributes, int process, int processor)
    {
        attributes.Size = PerfEventAttributes.KnownSize;
        fixed (PerfEventAttributes* start = &attributes)
        {
            // SAFETY: the kernel reads Size bytes; strings that the struct points to are pinned by the caller.
            nint answer = LibC.SystemCall(SystemCallNumber.PerfEventOpen, (nint)start, process, processor, -1, CloseOnExec);
            return answer >= 0 ? (int)answer : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Lets the event count.</summary>
    /// <param name="handle">The event.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public static void Enable(PerfEventHandle handle) => Control(handle, IoEnable, 0, "PERF_EVENT_IOC_ENABLE");

    /// <summary>Stops the event.</summary>
    /// <param name="handle">The event.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public static void Disable(PerfEventHandle handle) => Control(handle, IoDisable, 0, "PERF_EVENT_IOC_DISABLE");

    /// <summary>Runs a program at each event; the way of kernels before 5.15, without cookies.</summary>
    /// <param name="handle">The event.</param>
    /// <param name="program">The program.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public static void SetProgram(PerfEventHandle handle, ProgramHandle program)
    {
        using HandleLease lease = new(program);
        Control(handle, IoSetBpf, lease.Descriptor, "PERF_EVENT_IOC_SET_BPF");
    }

    private static void Control(PerfEventHandle handle, nuint request, nint argument, string name)
    {
        using HandleLease lease = new(handle);
        if (LibC.IoControl(lease.Descriptor, request, argument) < 0)
        {
            throw KernelErrors.OfCall($"ioctl({name})", "A perf event cannot be controlled", Marshal.GetLastPInvokeError());
        }
    }
}
