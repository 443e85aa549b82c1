namespace Instrumentation.Ebpf.Points.Waits;

/// <summary>The numbers of the values that are kept of a thread from its switch-out to its switch-in. The first are the point's arguments.</summary>
internal static class KeptWait
{
    /// <summary>Why it does not run, an <see cref="OffCpuReason"/>.</summary>
    public const int Reason = 0;

    /// <summary>Since when it could run, in nanoseconds; 0 when it cannot yet.</summary>
    public const int RunnableAt = 1;

    /// <summary>The thread that woke it; 0 for none.</summary>
    public const int Waker = 2;

    /// <summary>The number of the system call that it is in; negative for none.</summary>
    public const int Syscall = 3;

    /// <summary>The ids of process and thread.</summary>
    public const int Ids = 4;

    /// <summary>The ids of its stacks.</summary>
    public const int Stacks = 5;

    /// <summary>What expressions call the first of them.</summary>
    public static IReadOnlyList<string> Arguments { get; } = ["reason", "runqueue", "waker", "syscall"];

    /// <summary>The numbers in the order in which they are computed: the call's is needed for the reason, and that for the time.</summary>
    /// <param name="countsStacks">Whether stacks are counted.</param>
    /// <returns>The numbers.</returns>
    public static IReadOnlyList<int> Order(bool countsStacks) => countsStacks ? [Syscall, Reason, RunnableAt, Waker, Ids, Stacks] : [Syscall, Reason, RunnableAt, Waker, Ids];

    /// <summary>Where a value lies in what is kept: behind the time.</summary>
    /// <param name="number">Its number.</param>
    /// <returns>The bytes before it.</returns>
    public static int Offset(int number) => sizeof(long) * (1 + Order(countsStacks: true).Index().First(one => one.Item == number).Index);
}
