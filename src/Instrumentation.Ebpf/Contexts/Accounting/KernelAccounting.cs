using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Points.Waits;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Spans;

namespace Instrumentation.Ebpf.Contexts.Accounting;

/// <summary>
/// Keeps the accounts of this process's threads in their contexts: system calls, waits, page faults, bytes, signals. There is one for the process, as long as a session
/// uses it.
/// </summary>
internal sealed class KernelAccounting
{
    private static readonly Lock Gate = new();
    private static KernelAccounting? _current;
    private static int _users;

    private readonly List<IDisposable> _owned = [];
    private readonly List<CoverageGap> _gaps = [];

    /// <summary>What is not accounted, and why.</summary>
    public IReadOnlyList<CoverageGap> Gaps => _gaps;

    /// <summary>Takes a share in the accounting, which is begun when there is none.</summary>
    /// <returns>The accounting; <see cref="Release"/> gives the share back.</returns>
    /// <exception cref="InstrumentationException">The kernel or the rights do not allow it; nothing is left.</exception>
    public static KernelAccounting Acquire()
    {
        RequiredCapability.Demand(CapabilityNames.SystemCall);
        RequiredCapability.Demand(CapabilityNames.ProgramRawTracepoint);
        lock (Gate)
        {
            if (_current is null)
            {
                KernelAccounting accounting = new();
                accounting.Begin();
                _current = accounting;
            }

            _users++;
            return _current;
        }
    }

    /// <summary>Gives a share back; with the last one the accounting ends.</summary>
    public static void Release()
    {
        lock (Gate)
        {
            if (--_users == 0)
            {
                _current!.End();
                _current = null;
            }
        }
    }

    private void Begin()
    {
        _ = TaskLayout.Current;
        MapHandle contexts = ContextMap.Acquire().Handle;
        try
        {
            // What ends something comes first: so nothing is remembered that no end comes for.
            Attach("sys_exit", AccountPrograms.SyscallReturned(contexts));
            Attach("sys_enter", AccountPrograms.SyscallEntered(contexts));
            Attach("sched_wakeup", AccountPrograms.Woken(contexts));
            Attach("hrtimer_expire_entry", AccountPrograms.Expired(contexts));
            Attach("sched_switch", AccountPrograms.Switched(contexts));
            Try("page_fault_user", "page faults", AccountPrograms.Counted(contexts, AccountTotal.PageFaults, "fault"));
            Try("signal_deliver", "signals", AccountPrograms.Counted(contexts, AccountTotal.Signals, "signal"));
            ThreadContexts.SetAccounting(counts: true);
        }
        catch
        {
            End();
            throw;
        }
    }

    private void Attach(string tracepoint, BpfProgram program)
    {
        _owned.Add(program);
        _owned.Add(TracepointLinks.Raw(program, tracepoint));
    }

    private void Try(string tracepoint, string what, BpfProgram program)
    {
        try
        {
            Attach(tracepoint, program);
        }
        catch (KernelCallException missing)
        {
            _gaps.Add(new CoverageGap(what, missing.Why, missing.Mend));
        }
    }

    private void End()
    {
        ThreadContexts.SetAccounting(counts: false);
        _owned.AsEnumerable().Reverse().ToList().ForEach(static one => one.Dispose());
        _owned.Clear();
        Threads.WaitForProcessors();
        ContextMap.Release();
    }
}
