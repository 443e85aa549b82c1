using Instrumentation.Testing.Kernel;
using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing;

/// <summary>
/// The files that a recorder has seen being used. A file counts as written when it was opened so that it can be changed, was created, removed, renamed, linked or cut, or had its rights, owner,
/// times or attributes changed; as read when it was opened so that it can be read. What then goes through the descriptor is not looked at, nor is what goes through descriptors that were open
/// before. Devices such as <c>/dev/null</c>, memory files and what <c>/proc</c> has of this process are none.
/// </summary>
public sealed class RecordedFiles
{
    private readonly CallRecorder _recorder;

    internal RecordedFiles(CallRecorder recorder) => _recorder = recorder;

    /// <summary>The files that were written, each once, by their absolute paths with links followed, in the order in which they were first written.</summary>
    /// <exception cref="SpecException">The recorder was told to record no system calls.</exception>
    public IReadOnlyList<string> Written => Paths(FileUseKinds.Write);

    /// <summary>The files that were opened for reading, likewise; directories are left out.</summary>
    /// <exception cref="SpecException">The recorder was told to record no system calls.</exception>
    public IReadOnlyList<string> Read => Paths(FileUseKinds.Read);

    /// <summary>Asserts on the files so far. The test is skipped, with the reason, where system calls cannot be recorded.</summary>
    /// <returns>The assertions.</returns>
    /// <exception cref="SpecException">The recorder was told to record no system calls.</exception>
    public FileAssertions Should()
    {
        (IReadOnlyList<FileUse> uses, IReadOnlyList<string> doubts) = Look();
        return new FileAssertions(_recorder, uses, doubts);
    }

    private List<string> Paths(FileUseKinds kind) =>
        [.. Look().Uses.Where(use => (use.Kinds & kind) != 0 && (use.Kinds & FileUseKinds.Directory) == 0).Select(static use => use.Path).OfType<string>().Distinct(StringComparer.Ordinal)];

    private (IReadOnlyList<FileUse> Uses, IReadOnlyList<string> Doubts) Look()
    {
        _recorder.DemandKernel();
        using RecorderFlow.Aside aside = RecorderFlow.StepAside();
        bool settled = CallRecorder.SettleKernel();
        return (FileUses.Of(_recorder.SyscallsNow, _recorder.WorkingDirectory), _recorder.KernelDoubts(settled));
    }
}
