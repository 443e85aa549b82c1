using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Btf;

namespace Instrumentation.Ebpf.Points.Waits;

/// <summary>Where the running kernel keeps what is read of tasks when they are switched: arguments of tracepoints, by position, and members of structures, by bytes.</summary>
internal sealed record TaskLayout
{
    /// <summary>The argument of sched_switch that says whether the task would have run on.</summary>
    public const int Preempt = 0;

    /// <summary>The argument that is the task switched out.</summary>
    public const int Previous = 1;

    /// <summary>The argument that is the task switched in.</summary>
    public const int Next = 2;

    /// <summary>The argument that is the state of the task switched out, where <see cref="HasState"/>.</summary>
    public const int PreviousState = 3;

    private static readonly Lazy<TaskLayout> Shared = new(Read);

    /// <summary>The layout of the running kernel.</summary>
    /// <exception cref="InstrumentationException">The kernel does not describe its types, or has them otherwise.</exception>
    public static TaskLayout Current => Shared.Value;

    /// <summary>Whether sched_switch has the state as an argument: from Linux 5.18 on. It is read from the task before.</summary>
    public required bool HasState { get; init; }

    /// <summary>The state in struct task_struct: 4 bytes at least.</summary>
    public required int State { get; init; }

    /// <summary>The thread id in struct task_struct, as the initial pid namespace counts: 4 bytes, and the process id in the 4 behind.</summary>
    public required int ThreadId { get; init; }

    /// <summary>The process id in struct task_struct, as the initial pid namespace counts.</summary>
    public int ProcessId => ThreadId + sizeof(int);

    /// <summary>In struct task_struct, the address of the struct pid that has its thread ids in all namespaces.</summary>
    public required int Ids { get; init; }

    /// <summary>In struct pid, how many namespaces are above the innermost: 4 bytes.</summary>
    public required int Level { get; init; }

    /// <summary>In struct pid, the first of the ids: one for each namespace, the outermost first.</summary>
    public required int FirstId { get; init; }

    /// <summary>The bytes from one of these ids to the next.</summary>
    public required int IdBytes { get; init; }

    /// <summary>The flags in struct task_struct: 4 bytes.</summary>
    public required int Flags { get; init; }

    /// <summary>The name in struct task_struct: 16 bytes.</summary>
    public required int Name { get; init; }

    /// <summary>The system call's number among the saved registers of a thread.</summary>
    public required int SyscallNumber { get; init; }

    /// <summary>The task in struct hrtimer_sleeper, whose first member is the timer.</summary>
    public required int SleeperTask { get; init; }

    /// <summary>The bytes of the system call's number.</summary>
    public static int SyscallNumberBytes => IsArm64 ? sizeof(int) : sizeof(long);

    private static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    private static TaskLayout Read()
    {
        if (!KernelBtf.IsAvailable)
        {
            throw new BackendUnavailableException(
                Backend.EbpfBackend.BackendName, BackendUnavailableReason.PlatformNotSupported, "what tasks wait for is read by the kernel's description of its types, which is not there.", "Use a kernel with CONFIG_DEBUG_INFO_BTF.");
        }

        BtfFile kernel = KernelBtf.Open();
        BtfFunction exchange = BtfFunction.FindRawTracepoint(kernel, "sched_switch") ?? throw new PlaceNotFoundException("raw tracepoint sched_switch", "the kernel does not describe it.", []);
        bool hasState = exchange.Parameters.Count > PreviousState;
        BtfType task = Struct(kernel, "task_struct");
        BtfType ids = Struct(kernel, "pid");
        return new TaskLayout
        {
            HasState = hasState,
            State = Offset(task, BtfMembers.TryFind(task, "__state", out _) ? "__state" : "state"),
            ThreadId = Offset(task, "tgid") == Offset(task, "pid") + sizeof(int) ? Offset(task, "pid") : throw new PlaceNotFoundException("struct task_struct", "its process id does not lie behind its thread id.", []),
            Ids = Offset(task, "thread_pid"),
            Level = Offset(ids, "level"),
            FirstId = Offset(ids, "numbers[0].nr"),
            IdBytes = Offset(ids, "numbers[1].nr") - Offset(ids, "numbers[0].nr"),
            Flags = Offset(task, "flags"),
            Name = Offset(task, "comm"),
            SyscallNumber = Offset(Struct(kernel, "pt_regs"), IsArm64 ? "syscallno" : "orig_ax"),
            SleeperTask = Offset(Struct(kernel, "hrtimer_sleeper"), "task"),
        };
    }

    private static BtfType Struct(BtfFile kernel, string name) =>
        kernel.Find(name, BtfKind.Struct) ?? throw new PlaceNotFoundException($"struct {name}", "the kernel does not describe it.", []);

    private static int Offset(BtfType type, string member) => (int)BtfResolver.Resolve(type, member).Steps[^1].Offset;
}
