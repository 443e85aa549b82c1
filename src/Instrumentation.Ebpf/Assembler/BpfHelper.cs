namespace Instrumentation.Ebpf.Assembler;

/// <summary>The kernel's helper functions that tracing programs call, with the kernel's numbers.</summary>
internal enum BpfHelper
{
    /// <summary>The value of a key, or null.</summary>
    MapLookupElement = 1,

    /// <summary>Writes a value.</summary>
    MapUpdateElement = 2,

    /// <summary>Deletes a key.</summary>
    MapDeleteElement = 3,

    /// <summary>Reads memory of the kernel or the process; the old way.</summary>
    ProbeRead = 4,

    /// <summary>Nanoseconds of CLOCK_MONOTONIC.</summary>
    KernelTimeGetNs = 5,

    /// <summary>Writes to the trace pipe.</summary>
    TracePrintk = 6,

    /// <summary>A random number.</summary>
    GetRandom32 = 7,

    /// <summary>The processor's number.</summary>
    GetProcessorId = 8,

    /// <summary>Goes on in another program of a program array.</summary>
    TailCall = 12,

    /// <summary>Process id in the upper half, thread id in the lower.</summary>
    GetCurrentPidTgid = 14,

    /// <summary>Group id in the upper half, user id in the lower.</summary>
    GetCurrentUidGid = 15,

    /// <summary>The thread's name, 16 bytes.</summary>
    GetCurrentComm = 16,

    /// <summary>Writes a record to a perf buffer.</summary>
    PerfEventOutput = 25,

    /// <summary>The id of the running stack in a stack map.</summary>
    GetStackId = 27,

    /// <summary>The address of the running task_struct.</summary>
    GetCurrentTask = 35,

    /// <summary>Whether the task lies under a control group of a map.</summary>
    CurrentTaskUnderControlGroup = 37,

    /// <summary>Reads a string, the old way.</summary>
    ProbeReadString = 45,

    /// <summary>Reads a perf counter.</summary>
    PerfEventReadValue = 55,

    /// <summary>Writes the running stack to memory.</summary>
    GetStack = 67,

    /// <summary>The id of the task's control group.</summary>
    GetCurrentControlGroupId = 80,

    /// <summary>Pushes to a queue or stack.</summary>
    MapPushElement = 87,

    /// <summary>Pops from a queue or stack.</summary>
    MapPopElement = 88,

    /// <summary>Looks at a queue's or stack's next.</summary>
    MapPeekElement = 89,

    /// <summary>Takes a map value's lock.</summary>
    SpinLock = 93,

    /// <summary>Releases a map value's lock.</summary>
    SpinUnlock = 94,

    /// <summary>Sends a signal to the running process.</summary>
    SendSignal = 109,

    /// <summary>Reads memory of the process; fails softly.</summary>
    ProbeReadUser = 112,

    /// <summary>Reads memory of the kernel; fails softly.</summary>
    ProbeReadKernel = 113,

    /// <summary>Reads a string of the process; fails softly.</summary>
    ProbeReadUserString = 114,

    /// <summary>Reads a string of the kernel; fails softly.</summary>
    ProbeReadKernelString = 115,

    /// <summary>Sends a signal to the running thread.</summary>
    SendSignalThread = 117,

    /// <summary>The kernel's tick count.</summary>
    Jiffies64 = 118,

    /// <summary>The processor's branch records.</summary>
    ReadBranchRecords = 119,

    /// <summary>Process and thread id as a pid namespace has them.</summary>
    GetNamespacePidTgid = 120,

    /// <summary>The id of an ancestor of the task's control group.</summary>
    GetCurrentAncestorControlGroupId = 123,

    /// <summary>Nanoseconds of CLOCK_BOOTTIME.</summary>
    KernelTimeGetBootNs = 125,

    /// <summary>Formats to an iterator's file.</summary>
    SequenceFormat = 126,

    /// <summary>Writes to an iterator's file.</summary>
    SequenceWrite = 127,

    /// <summary>Copies a record to a ring buffer.</summary>
    RingBufferOutput = 130,

    /// <summary>Reserves room in a ring buffer, or null.</summary>
    RingBufferReserve = 131,

    /// <summary>Publishes what was reserved.</summary>
    RingBufferSubmit = 132,

    /// <summary>Gives back what was reserved.</summary>
    RingBufferDiscard = 133,

    /// <summary>Positions and size of a ring buffer.</summary>
    RingBufferQuery = 134,

    /// <summary>Writes another task's stack to memory.</summary>
    GetTaskStack = 141,

    /// <summary>Reads memory of the process, paging in; sleepable programs only.</summary>
    CopyFromUser = 148,

    /// <summary>Formats a value by its BTF.</summary>
    FormatBtf = 149,

    /// <summary>A per-CPU variable of one processor.</summary>
    PerCpuPointer = 153,

    /// <summary>A per-CPU variable of this processor.</summary>
    ThisCpuPointer = 154,

    /// <summary>A task's value in a task storage map, created on demand.</summary>
    TaskStorageGet = 156,

    /// <summary>Deletes a task's value.</summary>
    TaskStorageDelete = 157,

    /// <summary>The running task_struct as a typed pointer.</summary>
    GetCurrentTaskBtf = 158,

    /// <summary>Nanoseconds of CLOCK_MONOTONIC_COARSE.</summary>
    KernelTimeGetCoarseNs = 160,

    /// <summary>Calls a function of this program for each element of a map.</summary>
    ForEachMapElement = 164,

    /// <summary>Formats a string.</summary>
    Format = 165,

    /// <summary>Prepares a timer of a map value.</summary>
    TimerInit = 169,

    /// <summary>Sets what the timer calls.</summary>
    TimerSetCallback = 170,

    /// <summary>Starts the timer.</summary>
    TimerStart = 171,

    /// <summary>Stops the timer.</summary>
    TimerCancel = 172,

    /// <summary>The probed function's address.</summary>
    GetFunctionAddress = 173,

    /// <summary>The cookie that the link was created with.</summary>
    GetAttachCookie = 174,

    /// <summary>The user registers of a task.</summary>
    TaskRegisters = 175,

    /// <summary>Formats to the trace pipe with an array of values.</summary>
    TraceVprintk = 177,

    /// <summary>Calls a function of this program for the memory region of an address.</summary>
    FindMemoryRegion = 180,

    /// <summary>Calls a function of this program many times.</summary>
    Loop = 181,

    /// <summary>Compares strings.</summary>
    StringCompare = 182,

    /// <summary>An argument of the traced function.</summary>
    GetFunctionArgument = 183,

    /// <summary>What the traced function returned.</summary>
    GetFunctionReturn = 184,

    /// <summary>How many arguments the traced function has.</summary>
    GetFunctionArgumentCount = 185,

    /// <summary>Reads memory of another process; sleepable programs only.</summary>
    CopyFromUserTask = 191,

    /// <summary>The value of a key on one processor.</summary>
    MapLookupPerCpuElement = 195,

    /// <summary>A dynamic pointer to memory.</summary>
    DynamicPointerFromMemory = 197,

    /// <summary>Reserves room of a size known only at run time.</summary>
    RingBufferReserveDynamicPointer = 198,

    /// <summary>Publishes it.</summary>
    RingBufferSubmitDynamicPointer = 199,

    /// <summary>Gives it back.</summary>
    RingBufferDiscardDynamicPointer = 200,

    /// <summary>Reads through a dynamic pointer.</summary>
    DynamicPointerRead = 201,

    /// <summary>Writes through a dynamic pointer.</summary>
    DynamicPointerWrite = 202,

    /// <summary>A slice of a dynamic pointer.</summary>
    DynamicPointerData = 203,

    /// <summary>Nanoseconds of CLOCK_TAI.</summary>
    KernelTimeGetTaiNs = 208,

    /// <summary>Calls a function of this program for each record that user space wrote to a user ring buffer.</summary>
    UserRingBufferDrain = 209,

    /// <summary>A control group's value in a storage map, created on demand.</summary>
    ControlGroupStorageGet = 210,

    /// <summary>Deletes a control group's value.</summary>
    ControlGroupStorageDelete = 211,
}
