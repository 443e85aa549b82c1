using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Points.Syscalls;
using Instrumentation.Events;
using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing.Kernel;

/// <summary>The programs that record a set of system calls for all recorders that want them, and the way from their records to the recorders.</summary>
internal sealed class KernelShare : IEventSink
{
    private const int LongestPath = 1024;

    // The fields of a record, as OwnedSyscallsPoint.Spec captures them.
    private const int Arguments = 6;
    private const int Number = 6;
    private const int Owner = 7;
    private const int Words = 8;
    private const int Result = 11;
    private const int Path = 12;
    private const int OtherPath = 13;

    private readonly SyscallSet _calls;
    private readonly bool _needsOwner;
    private CallRecorder[] _ofProcess = [];
    private InstrumentationSession? _session;

    /// <summary>Begins the attach, out of any flow.</summary>
    /// <param name="calls">The calls.</param>
    /// <param name="needsOwner">Whether calls that no flow of a recorder makes are left out.</param>
    public KernelShare(SyscallSet calls, bool needsOwner)
    {
        _calls = calls;
        _needsOwner = needsOwner;
        using AsyncFlowControl suppressed = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        Ready = Task.Run(AttachAsync);
    }

    /// <summary>The calls.</summary>
    public SyscallSet Calls => _calls;

    /// <summary>Completes when calls are recorded; fails with an <see cref="InstrumentationException"/> when they cannot be.</summary>
    public Task Ready { get; }

    /// <summary>How many recorders use it.</summary>
    public int Users { get; set; }

    /// <summary>When the last recorder left it.</summary>
    public long UnusedSince { get; set; }

    /// <summary>Records that were lost so far, of whichever recorder.</summary>
    public long Lost => Volatile.Read(ref _session)?.Events.Loss.Total ?? 0;

    /// <summary>Gives a recorder the calls of the whole process from now on.</summary>
    /// <param name="recorder">The recorder.</param>
    public void Add(CallRecorder recorder) => Volatile.Write(ref _ofProcess, [.. _ofProcess, recorder]);

    /// <summary>Forgets recorders of the whole process.</summary>
    /// <param name="hasEnded">Whether a recorder has ended.</param>
    public void Forget(Func<CallRecorder, bool> hasEnded) => Volatile.Write(ref _ofProcess, [.. _ofProcess.Where(recorder => !hasEnded(recorder))]);

    /// <summary>Detaches.</summary>
    /// <returns>Completes when nothing is left.</returns>
    public async Task DetachAsync()
    {
        await Ready.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        if (Volatile.Read(ref _session) is { } session)
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    void IEventSink.Deliver(ProbeRuntime probe, ReadOnlySpan<byte> record, long watermark)
    {
        ProbeEvent seen = new(probe, record);
        if (_calls.Find(seen.Bits(Number)) is not { } call)
        {
            return;
        }

        SyscallFacts facts = FactsOf(call, seen);
        if (!_needsOwner)
        {
            foreach (CallRecorder recorder in Volatile.Read(ref _ofProcess))
            {
                recorder.Take(facts, this);
            }

            return;
        }

        for (RecorderChain? chain = FlowOwners.Find(facts.Owner); chain is not null; chain = chain.Rest)
        {
            chain.First.Take(facts, this);
        }
    }

    /// <inheritdoc/>
    void IEventSink.EndOfRound()
    {
    }

    private static SyscallFacts FactsOf(Syscall call, ProbeEvent seen)
    {
        long[] arguments = new long[call.Arguments.Count];
        for (int i = 0; i < arguments.Length && i < Arguments; i++)
        {
            arguments[i] = seen.Bits(i);
        }

        bool isSocket = SyscallSet.SocketAddressOf(call) >= 0;
        string? path = seen.Text(Path);
        return new SyscallFacts
        {
            Call = call,
            Arguments = arguments,
            Result = seen.Bits(Result),
            Started = seen.Start,
            Nanoseconds = seen.Timestamp - seen.Start,
            ThreadId = seen.ThreadId,
            Owner = seen.Bits(Owner),
            Path = isSocket ? null : path,
            OtherPath = seen.Text(OtherPath),
            Address = isSocket ? SyscallText.Address([seen.Bits(Words), seen.Bits(Words + 1), seen.Bits(Words + 2)], path) : null,
            Word = seen.Bits(Words),
            IsCut = seen.Truncated && !isSocket,
        };
    }

    private async Task AttachAsync()
    {
        KernelRights.Demand();
        InstrumentationSession session = await InstrumentationSession.StartAsync([new EbpfBackend()], new InstrumentationOptions { MaximumStringLength = LongestPath, BacklogBytes = 0 }).ConfigureAwait(false);
        try
        {
            // Nobody works for a recorder before its start has ended, so nothing comes before this is set.
            ProbeHandle handle = await session.AttachAsync(OwnedSyscallsPoint.Spec(_calls, _needsOwner).Named("recorder")).ConfigureAwait(false);
            handle.Runtime.Sink = this;
            Volatile.Write(ref _session, session);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
