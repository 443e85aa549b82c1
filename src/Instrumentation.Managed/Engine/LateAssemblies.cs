using System.Reflection;
using Instrumentation.Events;

namespace Instrumentation.Managed.Engine;

/// <summary>
/// Extends probes on patterns to assemblies that are loaded while they are attached. It is done on the thread that loads, before the load returns and so before any
/// code of the assembly can run; only when other probes are being attached at that moment is it done later, since waiting for them there could deadlock
/// with the loader's own locks.
/// </summary>
internal static class LateAssemblies
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50);
    private static readonly Lock Gate = new();
    private static ManagedAttachment[] _watching = [];

    [ThreadStatic]
    private static Queue<Assembly>? _pending;

    /// <summary>Begins to extend a probe.</summary>
    /// <param name="attachment">The probe.</param>
    /// <param name="known">The assemblies that it knows: what was loaded since is looked at now.</param>
    public static void Watch(ManagedAttachment attachment, IReadOnlySet<Assembly> known)
    {
        lock (Gate)
        {
            if (_watching.Length == 0)
            {
                AppDomain.CurrentDomain.AssemblyLoad += OnLoad;
            }

            _watching = [.. _watching, attachment];
        }

        foreach (Assembly assembly in AppDomain.CurrentDomain.GetAssemblies().Where(assembly => !known.Contains(assembly)))
        {
            _ = attachment.TryExtend(assembly, Timeout.InfiniteTimeSpan, late: true);
        }
    }

    /// <summary>Ends the extension of a probe.</summary>
    /// <param name="attachment">The probe.</param>
    public static void Forget(ManagedAttachment attachment)
    {
        lock (Gate)
        {
            if (!_watching.Contains(attachment))
            {
                return;
            }

            _watching = [.. _watching.Where(other => other != attachment)];
            if (_watching.Length == 0)
            {
                AppDomain.CurrentDomain.AssemblyLoad -= OnLoad;
            }
        }
    }

    // Looking at an assembly can load others, on this thread: they wait until it is done.
    private static void OnLoad(object? sender, AssemblyLoadEventArgs args)
    {
        if (_pending is { } waiting)
        {
            waiting.Enqueue(args.LoadedAssembly);
            return;
        }

        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        _pending = new Queue<Assembly>([args.LoadedAssembly]);
        try
        {
            while (_pending.TryDequeue(out Assembly? assembly))
            {
                Extend(assembly);
            }
        }
        finally
        {
            _pending = null;
        }
    }

    private static void Extend(Assembly assembly)
    {
        foreach (ManagedAttachment attachment in Volatile.Read(ref _watching))
        {
            if (!attachment.TryExtend(assembly, LongestWait, late: false))
            {
                _ = Task.Run(() => attachment.TryExtend(assembly, Timeout.InfiniteTimeSpan, late: true));
            }
        }
    }
}
