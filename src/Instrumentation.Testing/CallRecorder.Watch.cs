using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using Instrumentation.Events;
using Instrumentation.Managed.Points;
using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing;

/// <summary>What is watched.</summary>
public sealed partial class CallRecorder
{
    private readonly Dictionary<MethodBase, IReadOnlyList<CoverageGap>> _early = [];
    private readonly List<(Func<IEnumerable<MethodBase>> Find, int Assemblies)> _finds = [];
    private readonly ConcurrentDictionary<MethodBase, int> _faults = [];
    private Dictionary<MethodBase, IReadOnlyList<CoverageGap>>? _lastGaps;

    /// <summary>Records the calls of the static method, constructor or property that a lambda calls.</summary>
    /// <param name="call">The call; it is never made, the arguments do not matter.</param>
    /// <returns>The recorder.</returns>
    /// <exception cref="InstrumentationException">The lambda is no call, or the process cannot be probed.</exception>
    public CallRecorder Watch(Expression<Action> call) => WatchLambda(call);

    /// <inheritdoc cref="Watch(Expression{Action})"/>
    /// <typeparam name="TResult">What the call returns.</typeparam>
    public CallRecorder Watch<TResult>(Expression<Func<TResult>> call) => WatchLambda(call);

    /// <summary>Records the calls of the instance method that a lambda calls. Of an interface, abstract or virtual method: of all that implement or override it in what is loaded.</summary>
    /// <typeparam name="T">The type that the method is looked up in.</typeparam>
    /// <param name="call">The call; it is never made, the arguments do not matter.</param>
    /// <returns>The recorder.</returns>
    /// <exception cref="InstrumentationException">The lambda is no call, or the process cannot be probed.</exception>
    public CallRecorder Watch<T>(Expression<Action<T>> call) => WatchLambda(call);

    /// <inheritdoc cref="Watch{T}(Expression{Action{T}})"/>
    /// <typeparam name="T">The type that the method is looked up in.</typeparam>
    /// <typeparam name="TResult">What the call returns.</typeparam>
    public CallRecorder Watch<T, TResult>(Expression<Func<T, TResult>> call) => WatchLambda(call);

    /// <summary>Records the calls of a method that reflection gives: private ones, for instance.</summary>
    /// <param name="method">The method or constructor.</param>
    /// <returns>The recorder.</returns>
    /// <exception cref="InstrumentationException">The process cannot be probed.</exception>
    public CallRecorder Watch(MethodBase method)
    {
        ArgumentNullException.ThrowIfNull(method);
        return WatchAll(MethodName.WithParameters(method), () => Implementations.Of(method));
    }

    /// <summary>Records the calls of all methods, constructors and accessors that a type declares.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The recorder.</returns>
    /// <exception cref="InstrumentationException">The process cannot be probed.</exception>
    public CallRecorder Watch(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return WatchAll(MethodName.Of(type), () => MethodResolver.DeclaredMethods(type).SelectMany(Implementations.Of));
    }

    /// <summary>Records the calls of all loaded methods that a text matches: <c>Shop.*Repository::Save*</c>.</summary>
    /// <param name="pattern">The text: <c>[Assembly!]Namespace.Type::Method[(type, type)]</c> with <c>*</c> and <c>?</c> as wildcards.</param>
    /// <returns>The recorder.</returns>
    /// <exception cref="InstrumentationException">The text is not of the form or matches nothing, or the process cannot be probed.</exception>
    public CallRecorder Watch(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        MethodTarget.Matching target = new(MethodPattern.Parse(pattern), Single: false);
        return WatchAll(pattern, () => MethodResolver.Resolve(target).Where(static method => !method.IsAbstract));
    }

    /// <summary>
    /// Lets the calling async method go on in code that is compiled with what is watched: <c>await calls.ReadyAsync();</c> right after <see cref="Watch(MethodBase)"/>. Needed only where an assertion
    /// says so: when the very method that began to watch had a watched method inlined before, which happens in tests that ran often or are compiled fully at once.
    /// </summary>
    /// <returns>To be awaited, not to be waited for.</returns>
    public Readiness ReadyAsync() => new(this);

    /// <summary>Forgets what the thread that began to watch was in the middle of.</summary>
    internal void BeReady()
    {
        lock (_gate)
        {
            _early.Clear();
        }
    }

    /// <summary>Counts a call of the recorder that could not be recorded.</summary>
    /// <param name="method">The method.</param>
    internal void CountFault(MethodBase method) => _faults.AddOrUpdate(method, 1, static (_, count) => count + 1);

    /// <summary>Whether the recorder watches a method, by itself or by what implements or overrides it.</summary>
    /// <param name="method">The method.</param>
    /// <returns>True when it does.</returns>
    internal bool Watches(MethodBase method)
    {
        lock (_gate)
        {
            return _watched.Keys.Any(watched => Implementations.IsOf(watched, method));
        }
    }

    /// <summary>Why calls of a method may have been missed. An assertion that could pass by not seeing fails with these.</summary>
    /// <param name="method">The method; null for all that is watched.</param>
    /// <returns>The reasons; none when every call was seen.</returns>
    internal IReadOnlyList<string> Doubts(MethodBase? method)
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        List<string> doubts = [];
        if (Lost > 0)
        {
            doubts.Add($"{Lost} calls were not kept: the recorder keeps {_options.MaximumCalls} ({nameof(RecorderOptions)}.{nameof(RecorderOptions.MaximumCalls)}).");
        }

        lock (_gate)
        {
            doubts.AddRange(LoadedLater(method).Select(static late => $"{MethodName.WithParameters(late)} is not seen: it was loaded after the recorder began to watch. Watch it when it is loaded."));
            foreach ((MethodBase watched, WatchGroup group) in _watched.Where(pair => method is null || Implementations.IsOf(pair.Key, method)))
            {
                IEnumerable<CoverageGap> gaps = [.. _lastGaps is { } last ? last[watched] : GapsNow(watched, group), .. _early.GetValueOrDefault(watched) ?? []];
                doubts.AddRange(gaps.Select(static gap => $"{gap.Place} is not {(gap.Blind ? "seen" : "fully seen")}: {gap.Reason}.{(gap.Mend.Length > 0 ? $" {gap.Mend}" : string.Empty)}"));
                if (_faults.TryGetValue(watched, out int faults))
                {
                    doubts.Add($"{faults} calls of {MethodName.Of(watched)} could not be recorded: a stand-in or the recording itself has failed.");
                }

                if (group.Faults > 0)
                {
                    doubts.Add($"{group.Faults} calls of {group.Methods[0].Method.Name} or what was watched with it could not be recorded.");
                }
            }
        }

        return [.. doubts.Distinct()];
    }

    private CallRecorder WatchLambda(LambdaExpression call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return Watch(MethodLambda.MethodOf(call));
    }

    private CallRecorder WatchAll(string what, Func<IEnumerable<MethodBase>> find)
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        using RecorderFlow.Aside aside = RecorderFlow.StepAside();
        int assemblies = AppDomain.CurrentDomain.GetAssemblies().Length;
        MethodBase[] all = [.. find()];
        if (all.Length == 0)
        {
            throw new SpecException($"Watching {what}", "nothing that is loaded has code for it.", "Load what implements it first, or watch the class.");
        }

        lock (_gate)
        {
            // Asked again: what is watched from here on, the end takes out.
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            HashSet<MethodBase> before = [.. _watched.Keys];
            WatchTable.Watch(this, all, _watched);
            _finds.Add((find, assemblies));
            foreach (IGrouping<WatchGroup, MethodBase> added in _watched.Where(pair => !before.Contains(pair.Key)).ToLookup(static pair => pair.Value, static pair => pair.Key))
            {
                if (OldFrames.Of(added.Key) is { Count: > 0 } gaps)
                {
                    foreach (MethodBase method in added)
                    {
                        _early[method] = [.. added.Key.Of(method, gaps)];
                    }
                }
            }
        }

        return this;
    }

    // What a pattern, an interface or a virtual method stands for may have become more.
    private List<MethodBase> LoadedLater(MethodBase? method)
    {
        int assemblies = AppDomain.CurrentDomain.GetAssemblies().Length;
        List<MethodBase> late = [];
        for (int i = 0; i < _finds.Count; i++)
        {
            if (_finds[i].Assemblies != assemblies)
            {
                MethodBase[] more = [.. _finds[i].Find().Where(found => !_watched.ContainsKey(MethodResolver.Definition(found)))];
                late.AddRange(more);
                _finds[i] = more.Length == 0 ? (_finds[i].Find, assemblies) : _finds[i];
            }
        }

        return [.. late.Where(found => method is null || Implementations.IsOf(found, method)).Distinct()];
    }

    // Of a flow, only what its own threads are in the middle of concerns it, and that is looked at when it begins to watch.
    private IEnumerable<CoverageGap> GapsNow(MethodBase method, WatchGroup group) => _options.Scope == RecordingScope.Process ? group.Gaps(method) : group.LastingGaps(method);

    // Once nothing is attached any more, what was missed before is still to be known.
    private void KeepGaps() => _lastGaps = _watched.ToDictionary(static pair => pair.Key, pair => (IReadOnlyList<CoverageGap>)[.. GapsNow(pair.Key, pair.Value)]);
}
