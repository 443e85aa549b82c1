using Instrumentation.Aggregations;
using Instrumentation.Events;
using Instrumentation.Managed.Engine;
using Instrumentation.Managed.Profiler;
using Instrumentation.Spans;

namespace Instrumentation.Managed.Locks;

/// <summary>What all probes on lock contention share: the woven methods, and the runtime's own word on who waits. It is there while one of them is attached.</summary>
internal sealed unsafe class LockWatch
{
    // SAFETY: only the addresses of this library's own static functions and data are taken, which stay for the process's life.
    private static readonly Lock Gate = new();
    private static LockWatch? _current;
    private static int _users;

    private readonly ManagedEngine _engine;
    private readonly ProbeRuntime _runtime;
    private readonly IReadOnlyList<WovenMethod> _woven;
    private readonly OpenGaps _open;
    private readonly ProbeCoverage _coverage;

    private LockWatch(ManagedEngine engine)
    {
        _engine = engine;
        LockMethods.Prepare();
        List<CoverageGap> gaps = [];
        IReadOnlyList<Points.ProbedCode> codes = LockMethods.Find(gaps);
        LockHooks.Use(engine.Native);
        int started = engine.Native.WatchContention((nint)ThreadContexts.Memory, ThreadContexts.Capacity, ThreadContexts.Places);
        if (started < 0)
        {
            gaps.Add(new CoverageGap("System.Threading.Monitor, System.Threading.Lock", $"the runtime does not tell who waits: {HResults.Describe(started)}", "Use .NET 10."));
            codes = [.. codes.Where(static code => code.Code.DeclaringType != typeof(Monitor) && code.Code.DeclaringType != typeof(Lock))];
        }

        if (!HolderHooks.Works())
        {
            gaps.Add(new CoverageGap("System.Threading.SemaphoreSlim", "this runtime's has other fields", "Use .NET 10."));
            codes = [.. codes.Where(static code => code.Code.DeclaringType != typeof(SemaphoreSlim))];
        }

        ProbeSpec spec = new(new LockContentionPoint());
        _runtime = new ProbeRuntime(spec, ProbeSlots.NextId(), (int)AggregationLayout.BytesFor(spec.Aggregation));
        ProbeSlots.Add(_runtime);
        Findings findings = new(gaps);
        try
        {
            _woven = engine.Attach(_runtime, spec, codes, findings, verify: true);
        }
        catch
        {
            _ = engine.Native.EndContention();
            ProbeSlots.Remove(_runtime);
            throw;
        }

        _open = engine.NewOpenGaps();
        _open.Add(findings.Open);
        HashSet<System.Reflection.MethodBase> reached = [.. _woven.Select(static method => method.Method)];
        _coverage = CodeFinder.Coverage(codes.Where(code => reached.Contains(code.Code)), gaps);
        ProbeSlots.Open(_runtime);
    }

    /// <summary>Whether there is one.</summary>
    public static bool Exists => Volatile.Read(ref _current) is not null;

    /// <summary>What is reached, what is not, and why.</summary>
    public ProbeCoverage Coverage => _open.Read() is { Count: > 0 } open ? _coverage with { Gaps = [.. _coverage.Gaps, .. open] } : _coverage;

    /// <summary>Takes a share in the watch, which begins when there is none.</summary>
    /// <returns>The watch; <see cref="Release"/> gives the share back.</returns>
    /// <exception cref="InstrumentationException">Nothing can be woven here; nothing is left.</exception>
    public static LockWatch Acquire()
    {
        ManagedEngine engine = ManagedEngine.Get();
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        lock (Gate)
        {
            _current ??= new LockWatch(engine);
            _users++;
            return _current;
        }
    }

    /// <summary>Gives a share back; the last one takes everything out again.</summary>
    public static void Release()
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        lock (Gate)
        {
            if (--_users == 0)
            {
                _current!.End();
                _current = null;
            }
        }
    }

    /// <summary>What is known of a lock, from now on; looked up while no hook runs on the thread.</summary>
    /// <param name="target">The lock.</param>
    /// <returns>It; null when there is no memory for it.</returns>
    public static LockObject? Known(object target)
    {
        try
        {
            return LockObjects.Of(target);
        }
        catch (ThreadInterruptedException)
        {
            // Somebody wants to interrupt the program's next wait: that is not this one.
            Thread.CurrentThread.Interrupt();
            return null;
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    private void End()
    {
        ProbeSlots.Close(_runtime);
        _ = _engine.Native.EndContention();
        _ = _engine.Detach(_runtime, _woven);
        ProbeSlots.Remove(_runtime);
        LockObjects.Clear();
    }
}
