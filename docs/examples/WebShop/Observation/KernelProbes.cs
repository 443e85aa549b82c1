using Instrumentation;

namespace WebShop.Observation;

/// <summary>What is observed below .NET, while the shop is looked at closely: native SQLite, system calls, and the times that threads do not run.</summary>
public static class KernelProbes
{
    /// <summary>The label of the probes on SQLite's functions.</summary>
    public const string Native = "sqlite";

    /// <summary>The label of the probes on system calls.</summary>
    public const string Syscall = "system call";

    /// <summary>The label of the probe on waits.</summary>
    public const string Wait = "off the CPU";

    private const string Library = "libe_sqlite3.so";

    // What files, sockets and locks are used with. All others are in the totals of the spans.
    private static readonly string[] Syscalls =
    [
        "read", "write", "pread64", "pwrite64", "openat", "close", "fsync", "fdatasync", "ftruncate", "unlink", "fcntl", "sendmsg", "recvmsg", "sendto", "recvfrom", "futex",
    ];

    /// <summary>SQLite's own functions: a statement is prepared, and run row by row.</summary>
    public static IReadOnlyList<ProbeSpec> Functions { get; } =
        [.. new[] { "sqlite3_prepare_v2", "sqlite3_step" }.Select(static name => Probe.Function(Library, name).ThisProcess().OnCall().Named(Native))];

    /// <summary>System calls of this process, with what they returned.</summary>
    public static IReadOnlyList<ProbeSpec> SystemCalls { get; } =
    [
        .. Syscalls.Select(static name => (ProbeSpec)Probe.Syscall(name).ThisProcess().OnCall().Capture(c => new { Result = c.Return<long>() }).Named(Syscall)),
    ];

    /// <summary>The times that a thread did not run.</summary>
    public static ProbeSpec Waits { get; } = Probe
        .OffCpu()
        .Capture(c => new { Reason = c.Arg<OffCpuReason>("reason"), Runqueue = c.Arg<long>("runqueue") })
        .Named(Wait);

    /// <summary>Where the processor is.</summary>
    public static AggregateSpec<StackProfile> OnCpu { get; } = Probe.Sample(199).ThisProcess().Stacks().Named("samples");

    /// <summary>Where threads wait, and for how long.</summary>
    public static AggregateSpec<StackProfile> OffCpu { get; } = Probe.OffCpu().StacksBy(c => c.Duration).Named("waits by stack");

    /// <summary>Whether an event comes from the kernel: of one of the probes above that report.</summary>
    /// <param name="e">The event.</param>
    public static bool IsKernel(ProbeEvent e) => e.Probe is Native or Syscall or Wait;
}
