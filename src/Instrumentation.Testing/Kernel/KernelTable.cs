using Instrumentation.Ebpf.Points.Syscalls;

namespace Instrumentation.Testing.Kernel;

/// <summary>
/// The programs of all recorders of the process, shared by those that want the same. They rest for a moment after the last recorder, since attaching them takes longer than most tests, and
/// are then taken out.
/// </summary>
internal static class KernelTable
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<(string Calls, bool NeedsOwner), KernelShare> Shares = [];
    private static readonly List<CallRecorder> Ended = [];
    private static Timer? _sweeper;
    private static Task _detaching = Task.CompletedTask;

    /// <summary>How long programs rest.</summary>
    public static TimeSpan Rest => TimeSpan.FromSeconds(2);

    /// <summary>Whether nothing is left in the kernel, or of any recorder here.</summary>
    public static bool IsIdle
    {
        get
        {
            lock (Gate)
            {
                return Shares.Count == 0 && Ended.Count == 0 && _sweeper is null && _detaching.IsCompleted;
            }
        }
    }

    /// <summary>Takes a share for a recorder, which is made when there is none.</summary>
    /// <param name="recorder">The recorder.</param>
    /// <param name="calls">The calls.</param>
    /// <param name="ofProcess">Whether it wants those of the whole process.</param>
    /// <returns>The share, maybe not ready yet.</returns>
    public static KernelShare Acquire(CallRecorder recorder, SyscallSet calls, bool ofProcess)
    {
        (string, bool) key = (Key(calls), !ofProcess);
        lock (Gate)
        {
            if (!Shares.TryGetValue(key, out KernelShare? share) || share.Ready.IsFaulted)
            {
                // What could not be attached holds nothing.
                Shares[key] = share = new KernelShare(calls, !ofProcess);
            }

            share.Users++;
            if (ofProcess)
            {
                share.Add(recorder);
            }

            return share;
        }
    }

    /// <summary>Gives a recorder's shares back.</summary>
    /// <param name="recorder">The recorder, which takes no more calls.</param>
    /// <param name="shares">The shares.</param>
    public static void Release(CallRecorder recorder, IEnumerable<KernelShare> shares)
    {
        lock (Gate)
        {
            foreach (KernelShare share in shares)
            {
                share.Users--;
                share.UnusedSince = Environment.TickCount64;
            }

            // What it did last may still be on its way: it is forgotten later.
            Ended.Add(recorder);
            Schedule();
        }
    }

    private static string Key(SyscallSet calls) => calls == RecordedNames.Default ? string.Empty : string.Join(' ', calls.Calls.Select(static call => call.Name).Order(StringComparer.Ordinal));

    private static void Schedule()
    {
        if (_sweeper is null)
        {
            using AsyncFlowControl suppressed = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
            _sweeper = new Timer(static _ => Sweep(), null, Rest, Timeout.InfiniteTimeSpan);
        }
    }

    private static void Sweep()
    {
        lock (Gate)
        {
            _sweeper?.Dispose();
            _sweeper = null;
            long now = Environment.TickCount64;
            foreach (CallRecorder recorder in Ended.Where(recorder => now - recorder.EndedTick >= Rest.TotalMilliseconds / 2))
            {
                recorder.HasLeftKernel = true;
            }

            Ended.RemoveAll(static recorder => recorder.HasLeftKernel);
            FlowOwners.Forget(static recorder => recorder.HasLeftKernel);
            foreach (((string, bool) key, KernelShare share) in Shares.ToArray())
            {
                share.Forget(static recorder => recorder.HasLeftKernel);
                if (share.Users == 0 && now - share.UnusedSince >= Rest.TotalMilliseconds / 2)
                {
                    Shares.Remove(key);
                    _detaching = Task.WhenAll(_detaching, share.DetachAsync());
                }
            }

            if (Ended.Count > 0 || Shares.Values.Any(static share => share.Users == 0))
            {
                Schedule();
            }
        }
    }
}
