using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing;

/// <summary>
/// The system calls that a recorder has seen: those that change files, connect, start processes or make data durable, and those that <see cref="RecorderOptions.Syscalls"/> names. A call is
/// recorded when it ends.
/// </summary>
public sealed class RecordedSyscalls
{
    private readonly CallRecorder _recorder;

    internal RecordedSyscalls(CallRecorder recorder) => _recorder = recorder;

    /// <summary>All system calls that the flow has made so far, in the order in which they ended. Waits for what is on its way, a few milliseconds.</summary>
    /// <exception cref="SpecException">The recorder was told to record none.</exception>
    public IReadOnlyList<RecordedSyscall> All => Read().Calls;

    /// <summary>Asserts on the system calls so far. The test is skipped, with the reason, where they cannot be recorded.</summary>
    /// <returns>The assertions.</returns>
    /// <exception cref="SpecException">The recorder was told to record none.</exception>
    public SyscallAssertions Should()
    {
        (IReadOnlyList<RecordedSyscall> calls, IReadOnlyList<string> doubts) = Read();
        return new SyscallAssertions(_recorder, calls, doubts);
    }

    /// <summary>Waits until all that the flow has done so far is recorded, without holding a thread. <see cref="Should"/> and <see cref="All"/> wait by themselves.</summary>
    /// <returns>Completes then, or after half a minute.</returns>
    public Task SettleAsync() => CallRecorder.SettleKernelAsync();

    private (IReadOnlyList<RecordedSyscall> Calls, IReadOnlyList<string> Doubts) Read()
    {
        _recorder.DemandKernel();
        using RecorderFlow.Aside aside = RecorderFlow.StepAside();
        bool settled = CallRecorder.SettleKernel();
        return (_recorder.SyscallsNow, _recorder.KernelDoubts(settled));
    }
}
