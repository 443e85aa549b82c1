namespace Instrumentation.Ebpf.Programs;

/// <summary>What a program may do and what its context is, with the kernel's numbers.</summary>
internal enum ProgramType
{
    /// <summary>Filters packets of a socket; here for its test run.</summary>
    SocketFilter = 1,

    /// <summary>At kprobes and uprobes; the context is struct pt_regs.</summary>
    Kprobe = 2,

    /// <summary>Classifies packets; here for its test run.</summary>
    SchedulerClassifier = 3,

    /// <summary>At tracepoints; the context is the record that the format file describes.</summary>
    Tracepoint = 5,

    /// <summary>At perf events: samples, breakpoints.</summary>
    PerfEvent = 7,

    /// <summary>At raw tracepoints; the context is their arguments, 8 bytes each.</summary>
    RawTracepoint = 17,

    /// <summary>At functions and tracepoints that BTF describes.</summary>
    Tracing = 26,

    /// <summary>At security hooks.</summary>
    SecurityModule = 29,

    /// <summary>Run by user space alone.</summary>
    SystemCall = 31,
}

/// <summary>How a program is attached, with the kernel's numbers.</summary>
internal enum AttachType
{
    /// <summary>Said by the program's type.</summary>
    None = 0,

    /// <summary>Tracing: a raw tracepoint with typed arguments.</summary>
    TraceRawTracepoint = 23,

    /// <summary>Tracing: a function's entry.</summary>
    TraceFunctionEntry = 24,

    /// <summary>Tracing: a function's return.</summary>
    TraceFunctionExit = 25,

    /// <summary>Tracing: an iterator.</summary>
    TraceIterator = 28,

    /// <summary>A perf event.</summary>
    PerfEvent = 41,

    /// <summary>Many kernel functions.</summary>
    TraceKprobeMulti = 42,

    /// <summary>Many user-space functions.</summary>
    TraceUprobeMulti = 48,

    /// <summary>Many kernel functions, entry and return by one program.</summary>
    TraceKprobeSession = 56,

    /// <summary>Many user-space functions, entry and return by one program.</summary>
    TraceUprobeSession = 57,
}

/// <summary>Flags of a program.</summary>
[Flags]
internal enum ProgramFlags : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The verifier insists on aligned access.</summary>
    StrictAlignment = 1,

    /// <summary>The program may sleep, so that it can page memory in.</summary>
    Sleepable = 16,
}
