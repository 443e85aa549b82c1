using System.Reflection;
using Instrumentation.Managed.Points;

namespace Instrumentation.Testing.Recording;

/// <summary>The process's one table of watched methods, and the session that they are probed in. Both are there while there is a recorder.</summary>
internal static class WatchTable
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<MethodBase, (WatchedMethod Method, WatchGroup Group)> Methods = [];
    private static InstrumentationSession? _session;
    private static int _recorders;

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

    /// <summary>Whether the session is there.</summary>
    public static bool IsIdle
    {
        get
        {
            lock (Gate)
            {
                return _session is null;
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
            List<WatchedMethod> fresh = [];
            foreach (MethodBase method in methods.Select(MethodResolver.Definition).Distinct().Where(method => !known.ContainsKey(method)))
            {
                if (Methods.TryGetValue(method, out (WatchedMethod Method, WatchGroup Group) watched))
                {
                    watched.Method.Add(recorder);
                    watched.Group.Users++;
                    known.Add(method, watched.Group);
                }
                else
                {
                    fresh.Add(new WatchedMethod(method));
                }
            }

            if (fresh.Count == 0)
            {
                return;
            }

            // The recorder is in before the first call can be seen.
            fresh.ForEach(watched => watched.Add(recorder));
            WatchGroup group = new(session, fresh) { Users = fresh.Count };
            foreach (WatchedMethod watched in fresh)
            {
                Methods.Add(watched.Method, (watched, group));
                known.Add(watched.Method, group);
            }
        }
    }

    /// <summary>Counts a recorder out: what only it has watched is detached, and with the last one the session ends.</summary>
    /// <param name="recorder">The recorder.</param>
    /// <param name="known">What it watches.</param>
    /// <returns>Completes when nothing of it is left.</returns>
    public static async Task EndAsync(CallRecorder recorder, Dictionary<MethodBase, WatchGroup> known)
    {
        List<WatchGroup> unused = [];
        InstrumentationSession? session = null;
        lock (Gate)
        {
            foreach ((MethodBase method, WatchGroup group) in known)
            {
                Methods[method].Method.Remove(recorder);
                if (--group.Users == 0)
                {
                    unused.Add(group);
                    foreach (WatchedMethod watched in group.Methods)
                    {
                        Methods.Remove(watched.Method);
                    }
                }
            }

            if (--_recorders == 0)
            {
                (session, _session) = (_session, null);
            }
        }

        foreach (WatchGroup group in unused)
        {
            await group.DetachAsync().ConfigureAwait(false);
        }

        if (session is not null)
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }
}
