using System.Reflection;
using Instrumentation.Managed.Points;

namespace Instrumentation.Testing.Recording;

/// <summary>The process's one table of watched methods, and the session that they are probed in. Both are there while there is a recorder.</summary>
internal static class WatchTable
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<MethodBase, (WatchedMethod Method, WatchGroup Group)> Methods = [];
    private static InstrumentationSession? _session;
    private static Timer? _sweeper;
    private static Task _detaching = Task.CompletedTask;
    private static int _recorders;

    /// <summary>
    /// How long methods stay woven, silent, after their last recorder: the runtime never frees what a recompiled method took, so the recorders of a test suite share what they can.
    /// </summary>
    public static TimeSpan Rest => TimeSpan.FromSeconds(1);

    /// <summary>Methods that are watched now.</summary>
    public static int Count
    {
        get
        {
            lock (Gate)
            {
                return Methods.Count;
            }
        }
    }

    /// <summary>Whether nothing of any recorder is left in the program.</summary>
    public static bool IsIdle
    {
        get
        {
            lock (Gate)
            {
                return _session is null && _detaching.IsCompleted;
            }
        }
    }

    /// <summary>Counts a recorder in.</summary>
    public static void Begin()
    {
        lock (Gate)
        {
            _session ??= InstrumentationSession.StartAsync().GetAwaiter().GetResult();
            _recorders++;
        }
    }

    /// <summary>The session of all recorders; valid while one is counted in.</summary>
    public static InstrumentationSession Session
    {
        get
        {
            lock (Gate)
            {
                return _session ?? throw new ObjectDisposedException(nameof(CallRecorder));
            }
        }
    }

    /// <summary>Makes a recorder watch methods.</summary>
    /// <param name="recorder">The recorder.</param>
    /// <param name="methods">The methods; generic ones stand for their definitions.</param>
    /// <param name="known">What the recorder watches already, by method; added to.</param>
    /// <exception cref="InstrumentationException">This process cannot be probed; nothing has changed.</exception>
    public static void Watch(CallRecorder recorder, IEnumerable<MethodBase> methods, Dictionary<MethodBase, WatchGroup> known)
    {
        lock (Gate)
        {
            InstrumentationSession session = _session ?? throw new ObjectDisposedException(nameof(CallRecorder));
            MethodBase[] wanted = [.. methods.Select(MethodResolver.Definition).Distinct().Where(method => !known.ContainsKey(method))];
            WatchedMethod[] fresh = [.. wanted.Where(static method => !Methods.ContainsKey(method)).Select(static method => new WatchedMethod(method))];
            if (fresh.Length > 0)
            {
                // First what may fail.
                WatchGroup group = new(session, fresh);
                foreach (WatchedMethod watched in fresh)
                {
                    Methods.Add(watched.Method, (watched, group));
                }
            }

            foreach (MethodBase method in wanted)
            {
                (WatchedMethod watched, WatchGroup group) = Methods[method];
                watched.Add(recorder);
                group.Users++;
                known.Add(method, group);
            }
        }
    }

    /// <summary>Counts a recorder out. What only it has watched rests, and is detached when no other recorder wants it for <see cref="Rest"/>; with the last of it the session ends.</summary>
    /// <param name="recorder">The recorder.</param>
    /// <param name="known">What it watches.</param>
    public static void End(CallRecorder recorder, Dictionary<MethodBase, WatchGroup> known)
    {
        lock (Gate)
        {
            foreach ((MethodBase method, WatchGroup group) in known)
            {
                Methods[method].Method.Remove(recorder);
                if (--group.Users == 0)
                {
                    group.UnusedSince = Environment.TickCount64;
                }
            }

            _recorders--;
            Schedule();
        }
    }

    private static void Schedule()
    {
        if (_sweeper is null)
        {
            // The flow of the test that ends must not live on in the timer.
            using AsyncFlowControl suppressed = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
            _sweeper = new Timer(static _ => Sweep(), null, Rest, Timeout.InfiniteTimeSpan);
        }
    }

    private static void Sweep()
    {
        List<WatchGroup> unused = [];
        InstrumentationSession? session = null;
        lock (Gate)
        {
            _sweeper?.Dispose();
            _sweeper = null;
            long now = Environment.TickCount64;
            foreach (WatchGroup group in Methods.Values.Select(static pair => pair.Group).Distinct().Where(group => group.Users == 0 && now - group.UnusedSince >= Rest.TotalMilliseconds / 2).ToArray())
            {
                unused.Add(group);
                foreach (WatchedMethod watched in group.Methods)
                {
                    Methods.Remove(watched.Method);
                }
            }

            if (_recorders == 0 && Methods.Count == 0)
            {
                (session, _session) = (_session, null);
            }
            else if (_recorders == 0 || Methods.Values.Any(static pair => pair.Group.Users == 0))
            {
                Schedule();
            }

            _detaching = unused.Count > 0 || session is not null ? DetachAsync(_detaching, unused, session) : _detaching;
        }
    }

    private static async Task DetachAsync(Task before, List<WatchGroup> groups, InstrumentationSession? session)
    {
        // Never under the table's lock, for which recorders would wait. What was to be detached before may have failed: that is no reason to leave this in the program.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        try
        {
            await Task.WhenAll(groups.Select(static group => group.DetachAsync().AsTask())).ConfigureAwait(false);
        }
        finally
        {
            if (session is not null)
            {
                await session.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
