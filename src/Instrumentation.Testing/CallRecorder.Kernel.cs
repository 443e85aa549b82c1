using System.Globalization;
using Instrumentation.Ebpf.Points.Syscalls;
using Instrumentation.Events;
using Instrumentation.Spans;
using Instrumentation.Testing.Frameworks;
using Instrumentation.Testing.Kernel;

namespace Instrumentation.Testing;

/// <summary>System calls and files.</summary>
public sealed partial class CallRecorder
{
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(30);

    private KernelShare[] _shares = [];
    private SyscallLog? _syscalls;
    private InstrumentationException? _noKernel;
    private long _lostBefore;
    private long _ended = long.MaxValue;

    /// <summary>The system calls that the recorder sees.</summary>
    public RecordedSyscalls Syscalls => new(this);

    /// <summary>The files that the recorder sees being used.</summary>
    public RecordedFiles Files => new(this);

    /// <summary>Whether the recorder wants system calls.</summary>
    internal bool SeesKernel => _syscalls is not null && _disposed == 0;

    /// <summary>When it ended, by <see cref="Environment.TickCount64"/>.</summary>
    internal long EndedTick { get; private set; }

    /// <summary>Whether it wants no system calls, or has ended so long ago that none of its own can come any more; set under the table's lock.</summary>
    internal bool HasLeftKernel
    {
        get => field || _syscalls is null;
        set;
    }

    /// <summary>The directory that relative paths began at when the recorder was started; null when it was gone.</summary>
    internal string? WorkingDirectory { get; } = FilePaths.CurrentDirectory();

    /// <summary>What the programs of the recorder record, for messages and questions.</summary>
    internal IEnumerable<SyscallSet> RecordedCalls => _shares.Select(static share => share.Calls);

    /// <summary>The system calls so far, without waiting for those that are on their way.</summary>
    internal IReadOnlyList<RecordedSyscall> SyscallsNow => _syscalls?.Read() ?? [];

    /// <summary>Takes a system call that was made for the recorder; called on the pump's thread.</summary>
    /// <param name="facts">What was seen of it.</param>
    /// <param name="share">What saw it.</param>
    internal void Take(SyscallFacts facts, KernelShare share)
    {
        if (facts.Started <= Volatile.Read(ref _ended) && Volatile.Read(ref _shares).Contains(share))
        {
            _syscalls!.Add(facts);
        }
    }

    /// <summary>Skips the test when system calls are not recorded here, and waits until all that the flow has done so far is there.</summary>
    /// <exception cref="SpecException">The recorder was told to record none.</exception>
    internal void DemandKernel()
    {
        if (_syscalls is null)
        {
            throw new SpecException("System calls and files", "this recorder records none.", $"Start it with {nameof(RecorderOptions)}.{nameof(RecorderOptions.Kernel)} = true.");
        }

        if (_noKernel is not null)
        {
            TestFramework.Skip($"System calls are not recorded here: {_noKernel.Why} {_noKernel.Mend}".TrimEnd());
        }
    }

    /// <summary>Waits until all that the flow has done so far is there. Needs no thread of the pool, which may be busy with tests that wait.</summary>
    /// <returns>False when that took too long.</returns>
    internal static bool SettleKernel() => EventPump.Shared.FlushAsync().Wait(FlushLimit);

    /// <summary>Waits until all that the flow has done so far is there.</summary>
    /// <returns>Completes then, or after half a minute: false.</returns>
    internal static async Task<bool> SettleKernelAsync()
    {
        try
        {
            await EventPump.Shared.FlushAsync().WaitAsync(FlushLimit).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Why system calls may have been missed.</summary>
    /// <param name="settled">Whether all was waited for.</param>
    /// <returns>The reasons; none when all were seen.</returns>
    internal IReadOnlyList<string> KernelDoubts(bool settled)
    {
        List<string> doubts = [];
        if (!settled)
        {
            doubts.Add(string.Create(CultureInfo.InvariantCulture, $"What the kernel saw last was not delivered within {FlushLimit.TotalSeconds} s."));
        }

        if (_shares.Sum(static share => share.Lost) - _lostBefore is var lost and > 0)
        {
            doubts.Add($"{lost} system calls of this process were lost: they came faster than they could be fetched. Let the test do less at a time, or record fewer calls.");
        }

        if (_syscalls!.Lost > 0)
        {
            doubts.Add($"{_syscalls.Lost} system calls were not kept: the recorder keeps {_options.MaximumCalls} ({nameof(RecorderOptions)}.{nameof(RecorderOptions.MaximumCalls)}).");
        }

        if (ThreadContexts.Unseen > 0)
        {
            doubts.Add($"{ThreadContexts.Unseen} threads of this process are beyond the {ThreadContexts.Capacity} that the kernel can tell apart: theirs are not seen.");
        }

        if (SyscallsNow.FirstOrDefault(static call => call.Name is "io_uring_setup" or "io_uring_enter" && call.Result >= 0) is { } ring)
        {
            doubts.Add($"io_uring is in use ({ring}): what is done through it is no system call, and is not seen.");
        }

        return doubts;
    }

    /// <summary>The recorded system calls that the recorder's threads are in and have not returned from.</summary>
    /// <returns>One text a thread.</returns>
    internal IEnumerable<(string Name, string Text)> SyscallsUnderWay()
    {
        foreach (int thread in ThreadContexts.ThreadsOf(owner => FlowOwners.IsOf(owner, this)))
        {
            if (ThreadSyscall.Of(thread) is { } number && RecordedCalls.Select(calls => calls.Find(number)).FirstOrDefault(static call => call is not null) is { } call)
            {
                yield return (call.Name, $"Thread {thread} is in {call.Name} still: how that ends is not known.");
            }
        }
    }

    // Called before the flow becomes the recorder's, so that its number is there when it does.
    private void BeginKernel()
    {
        if (!_options.Kernel)
        {
            return;
        }

        // Looked up before anything is taken: a wrong name leaves nothing behind.
        SyscallSet more = new(_options.Syscalls.Select(SyscallTable.Find).Select(static call => call.Name).Where(static name => !RecordedNames.Default.Contains(name)));
        _syscalls = new SyscallLog(_options.MaximumCalls);
        bool ofProcess = _options.Scope == RecordingScope.Process;
        KernelShare always = KernelTable.Acquire(this, RecordedNames.Default, ofProcess);
        Volatile.Write(ref _shares, more.Calls.Count == 0 ? [always] : [always, KernelTable.Acquire(this, more, ofProcess)]);
    }

    private Task<CallRecorder> WhenKernelIsReady(CancellationToken cancellationToken)
    {
        if (Array.TrueForAll(_shares, static share => share.Ready.IsCompletedSuccessfully))
        {
            _lostBefore = _shares.Sum(static share => share.Lost);
            return Task.FromResult(this);
        }

        return AwaitKernelAsync(cancellationToken);
    }

    private async Task<CallRecorder> AwaitKernelAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(_shares.Select(static share => share.Ready)).WaitAsync(cancellationToken).ConfigureAwait(false);
            _lostBefore = _shares.Sum(static share => share.Lost);
        }
        catch (InstrumentationException error)
        {
            // Calls of methods are recorded all the same.
            _noKernel = error;
        }
        catch (OperationCanceledException)
        {
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return this;
    }

    private void EndKernel()
    {
        if (_syscalls is not null)
        {
            Volatile.Write(ref _ended, MonotonicClock.Now);
            EndedTick = Environment.TickCount64;
            KernelTable.Release(this, _shares);
        }
    }
}
