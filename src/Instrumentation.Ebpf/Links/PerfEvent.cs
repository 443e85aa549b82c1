using System.Globalization;
using System.Text;
using Instrumentation.Ebpf.Errors;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Links;

/// <summary>A perf event that runs a program. Disposing closes the event and detaches the program.</summary>
internal sealed unsafe class PerfEvent : IDisposable
{
    private const uint TypeSoftware = 1;
    private const uint TypeTracepoint = 2;
    private const uint TypeBreakpoint = 5;
    private const int AllThreads = -1;

    private readonly string _target;
    private BpfLink? _link;

    private PerfEvent(PerfEventHandle handle, string target)
    {
        Handle = handle;
        _target = target;
    }

    /// <summary>The descriptor.</summary>
    public PerfEventHandle Handle { get; }

    /// <summary>Opens a tracepoint. Its program runs at every hit on the machine: the program filters.</summary>
    /// <param name="id">The id in the tracepoint's directory of tracefs.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <returns>The event.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public static PerfEvent Tracepoint(int id, string name)
    {
        PerfEventAttributes attributes = new() { Type = TypeTracepoint, Config = (ulong)id, SamplePeriod = 1, WakeupEvents = 1 };
        return Open(ref attributes, AllThreads, 0, $"the tracepoint {name}");
    }

    /// <summary>Opens a place of a file. Needs CAP_SYS_ADMIN; <see cref="MultiLinks.Uprobes"/> does not.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Where the instruction lies in it.</param>
    /// <param name="atReturn">Whether it is the function's return.</param>
    /// <param name="semaphore">Where the semaphore lies in the file; 0 for none.</param>
    /// <param name="processId">The process; 0 for all.</param>
    /// <returns>The event.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public static PerfEvent Uprobe(string path, ulong offset, bool atReturn = false, ulong semaphore = 0, int processId = 0)
    {
        string target = string.Create(CultureInfo.InvariantCulture, $"{path}+0x{offset:x}");
        ulong config = (atReturn ? 1UL << PerfUnits.ReturnBit("uprobe") : 0) | (semaphore << 32);
        return OpenProbe("uprobe", config, path, offset, processId, target);
    }

    /// <summary>Opens a kernel function.</summary>
    /// <param name="function">Its name.</param>
    /// <param name="offset">Bytes from its start; 0 for returns.</param>
    /// <param name="atReturn">Whether it is the function's return.</param>
    /// <returns>The event.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public static PerfEvent Kprobe(string function, ulong offset = 0, bool atReturn = false) =>
        OpenProbe("kprobe", atReturn ? 1UL << PerfUnits.ReturnBit("kprobe") : 0, function, offset, 0, $"the kernel function {function}");

    /// <summary>Opens a clock that samples what a processor runs while it is not idle.</summary>
    /// <param name="frequency">Samples a second.</param>
    /// <param name="processor">The processor; -1 for whichever the thread runs on.</param>
    /// <param name="threadId">The thread; -1 for all.</param>
    /// <returns>The event.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public static PerfEvent CpuClock(int frequency, int processor, int threadId = AllThreads)
    {
        PerfEventAttributes attributes = new() { Type = TypeSoftware, Config = 0, SamplePeriod = (ulong)frequency, Flags = PerfEventFlags.Frequency | PerfEventFlags.Disabled | PerfEventFlags.ExcludeIdle };
        return Open(ref attributes, threadId, processor, string.Create(CultureInfo.InvariantCulture, $"the clock of processor {processor} at {frequency} Hz"));
    }

    /// <summary>Opens a hardware watchpoint, of a thread, or of a processor: then at the address in every process.</summary>
    /// <param name="address">The address, aligned to the length.</param>
    /// <param name="length">1, 2, 4 or 8 bytes.</param>
    /// <param name="access">Which access.</param>
    /// <param name="threadId">The thread; -1 for all.</param>
    /// <param name="inherit">Whether threads that it starts later are watched too.</param>
    /// <param name="processor">The processor; -1 for whichever the thread runs on.</param>
    /// <returns>The event.</returns>
    /// <exception cref="KernelCallException">The kernel refused, for example because the processor's four are taken.</exception>
    public static PerfEvent Watchpoint(ulong address, int length, WatchAccess access, int threadId, bool inherit = false, int processor = -1)
    {
        PerfEventAttributes attributes = new()
        {
            Type = TypeBreakpoint,
            BreakpointType = (uint)(access == WatchAccess.Read ? WatchAccess.Read | WatchAccess.Write : access),
            Config1 = address,
            Config2 = access == WatchAccess.Execute ? (ulong)sizeof(long) : (ulong)length,
            SamplePeriod = 1,
            Flags = PerfEventFlags.Disabled | PerfEventFlags.ExcludeKernel | PerfEventFlags.ExcludeHypervisor | (inherit ? PerfEventFlags.Inherit : PerfEventFlags.None),
        };
        return Open(ref attributes, threadId, processor, string.Create(CultureInfo.InvariantCulture, $"a watchpoint of {length} bytes at 0x{address:x}"));
    }

    /// <summary>Runs a program at each event from now on.</summary>
    /// <param name="program">A program of the type that the event needs.</param>
    /// <param name="cookie">What <see cref="Assembler.BpfHelper.GetAttachCookie"/> gives; kernels before 5.15 know only 0.</param>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    /// <exception cref="InvalidOperationException">It runs a program already.</exception>
    public void Attach(BpfProgram program, ulong cookie = 0)
    {
        if (_link is not null)
        {
            throw new InvalidOperationException($"The event on {_target} runs a program already.");
        }

        using (HandleLease programLease = new(program.Handle))
        using (HandleLease eventLease = new(Handle))
        {
            LinkCreateAttributes attributes = new() { Program = programLease.Descriptor, Target = eventLease.Descriptor, AttachType = (uint)AttachType.PerfEvent, PerfEventCookie = cookie };
            int answer = Bpf.Call(BpfCommand.LinkCreate, ref attributes);
            if (answer >= 0)
            {
                _link = new BpfLink(new LinkHandle(answer), program, _target);
            }
            else if (cookie != 0 || !KernelErrors.MeansUnsupported(-answer))
            {
                throw KernelErrors.OfBpf(BpfCommand.LinkCreate, $"The program '{program.Description.Name}' cannot be attached to {_target}", -answer);
            }
            else
            {
                PerfEvents.SetProgram(Handle, program.Handle);
            }
        }

        PerfEvents.Enable(Handle);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _link?.Dispose();
        Handle.Dispose();
    }

    private static PerfEvent OpenProbe(string unit, ulong config, string name, ulong offset, int processId, string target)
    {
        if (PerfUnits.TypeOf(unit) is not { } type)
        {
            throw new KernelCallException(
                "perf_event_open", KernelErrors.NoEntry, $"A probe on {target} cannot be opened", $"this kernel has no perf unit '{unit}'.", "Use a kernel with CONFIG_UPROBE_EVENTS and CONFIG_KPROBE_EVENTS, or another kind of point.");
        }

        byte[] bytes = Encoding.UTF8.GetBytes(name + "\0");

        // SAFETY: the name is pinned during the call, and the kernel copies it.
        fixed (byte* start = bytes)
        {
            PerfEventAttributes attributes = new() { Type = type, Config = config, Config1 = (ulong)start, Config2 = offset };
            return Open(ref attributes, processId == 0 ? AllThreads : processId, processId == 0 ? 0 : -1, target);
        }
    }

    private static PerfEvent Open(ref PerfEventAttributes attributes, int threadId, int processor, string target)
    {
        int answer = PerfEvents.Open(ref attributes, threadId, processor);
        return answer >= 0
            ? new PerfEvent(new PerfEventHandle(answer), target)
            : throw KernelErrors.OfCall("perf_event_open", $"A probe on {target} cannot be opened", -answer);
    }
}
