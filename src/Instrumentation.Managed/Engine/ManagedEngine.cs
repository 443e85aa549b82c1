using System.Reflection;
using Instrumentation.Events;
using Instrumentation.Managed.Hooks;
using Instrumentation.Managed.Points;
using Instrumentation.Managed.Profiler;
using Instrumentation.Managed.Weaving;

namespace Instrumentation.Managed.Engine;

/// <summary>
/// The process's one table of woven methods. Attach and detach are serialized; each weaves every affected method anew from its original with all probes
/// that are active on it, and asks the runtime once for the whole batch.
/// </summary>
internal sealed class ManagedEngine
{
    /// <summary>Up to so many methods of one change are compiled at once, so that the outcome is known and not believed.</summary>
    private const int MostVerified = 32;

    private static readonly Lock Creation = new();
    private static ManagedEngine? _instance;

    private readonly Lock _gate = new();
    private readonly RuntimeProfiler _profiler;
    private readonly Dictionary<MethodKey, WovenMethod> _methods = [];
    private readonly Dictionary<nint, ModuleTokens> _modules = [];
    private readonly Dictionary<Module, nint> _moduleIds = [];
    private readonly HashSet<MethodKey> _compiledAnew = [];

    private readonly OldCode _oldCode;
    private readonly Verification _verification;

    private ManagedEngine(RuntimeProfiler profiler)
    {
        _profiler = profiler;
        _oldCode = new OldCode(profiler);
        _verification = new Verification(profiler, _oldCode);
    }

    /// <summary>The engine, which attaches the profiler when it is first asked for.</summary>
    /// <returns>The engine.</returns>
    /// <exception cref="BackendUnavailableException">This process cannot be profiled.</exception>
    public static ManagedEngine Get()
    {
        lock (Creation)
        {
            if (_instance is null)
            {
                RuntimeProfiler profiler = RuntimeProfiler.Attach();
                HookRuntime.Use(profiler);
                _instance = new ManagedEngine(profiler);
                CodeAddress.Resolver = new CodeNames(profiler).NameOf;
            }

            return _instance;
        }
    }

    /// <summary>The native profiler.</summary>
    public Profiler.Interop.NativeProfiler Native => _profiler.Native;

    /// <summary>The gaps of a new probe that close by themselves; none yet.</summary>
    /// <returns>The gaps.</returns>
    public OpenGaps NewOpenGaps() => new(_oldCode, _profiler.Native);

    /// <summary>Does something while no other attach, change or detach runs.</summary>
    /// <param name="action">What to do.</param>
    public void Alone(Action action)
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        lock (_gate)
        {
            action();
        }
    }

    /// <summary>Does something while no other attach, change or detach runs, unless one does for longer than the wait.</summary>
    /// <param name="wait">The longest wait.</param>
    /// <param name="action">What to do.</param>
    /// <returns>False when it was not done.</returns>
    public bool TryAlone(TimeSpan wait, Action action)
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        if (!_gate.TryEnter(wait))
        {
            return false;
        }

        try
        {
            action();
            return true;
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Weaves a probe into methods.</summary>
    /// <param name="runtime">The probe, with its slot.</param>
    /// <param name="spec">What it wants.</param>
    /// <param name="codes">The code to weave into.</param>
    /// <param name="findings">Takes the methods that cannot be woven, or not fully, with reasons.</param>
    /// <param name="verify">Whether to compile methods at once and to look at the calls that are under way; false where an assembly is just being loaded.</param>
    /// <returns>The methods that are woven.</returns>
    /// <exception cref="ExpressionException">An expression of the spec can be used on none of the methods.</exception>
    public IReadOnlyList<WovenMethod> Attach(ProbeRuntime runtime, ProbeSpec spec, IReadOnlyList<ProbedCode> codes, Findings findings, bool verify)
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        lock (_gate)
        {
            List<WovenMethod> woven = [];
            ExpressionException? unusable = null;
            _ = _profiler.Native.TakeErrors();
            try
            {
                foreach (ProbedCode code in codes)
                {
                    WovenMethod? done = WeaveInto(runtime, spec, code, findings.Gaps, ref unusable);
                    WovenMethod? other = done is not null && code.Other() is { } rest ? WeaveInto(runtime, spec, rest, findings.Gaps, ref unusable) : null;
                    woven.AddRange(((WovenMethod?[])[done, other]).OfType<WovenMethod>());
                }

                if (woven.Count == 0 && unusable is not null)
                {
                    throw unusable;
                }

                if (woven.Count > 0)
                {
                    if (verify)
                    {
                        _verification.Prepare(woven);
                    }

                    InliningHold.Request(_profiler, woven, findings, waits: verify);
                }
            }
            catch
            {
                _ = Remove(runtime, woven);
                throw;
            }

            if (woven.Count > 0)
            {
                DropFailed(runtime, woven, findings, verify);
            }

            return woven;
        }
    }

    /// <summary>Takes a probe out of methods. When this returns, no new call of them runs its hooks.</summary>
    /// <param name="runtime">The probe.</param>
    /// <param name="methods">The methods.</param>
    /// <returns>The methods that keep the body that they have, with reasons: the probe's hooks stay in it, and stay silent.</returns>
    public IReadOnlyList<CoverageGap> Detach(ProbeRuntime runtime, IReadOnlyList<WovenMethod> methods)
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        lock (_gate)
        {
            return Remove(runtime, methods);
        }
    }

    /// <summary>Compiles what a spec wants on methods, without weaving it.</summary>
    /// <param name="runtime">The probe.</param>
    /// <param name="spec">The spec.</param>
    /// <param name="codes">The methods.</param>
    /// <exception cref="ExpressionException">An expression of the spec cannot be used on one of the methods.</exception>
    public void Check(ProbeRuntime runtime, ProbeSpec spec, IEnumerable<ProbedCode> codes)
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        lock (_gate)
        {
            foreach (ProbedCode code in codes)
            {
                WovenMethod method = MethodOf(code.Code);
                _ = HookPlanner.Plan(runtime, spec, code, method.Site.Number, method.ReachesCells);
            }
        }
    }

    /// <summary>Weaves what a changed spec wants in place of what its probe has. When it throws, nothing has changed.</summary>
    /// <param name="runtime">The probe.</param>
    /// <param name="spec">The changed spec.</param>
    /// <param name="limits">The limits that the probe has now.</param>
    /// <param name="methods">The methods that the probe is woven into.</param>
    /// <exception cref="ExpressionException">An expression of the spec cannot be used on one of the methods.</exception>
    /// <exception cref="SpecException">The changed probe could not be woven.</exception>
    public void Update(ProbeRuntime runtime, ProbeSpec spec, ProbeLimits limits, IReadOnlyList<WovenMethod> methods)
    {
        using ThreadStates.GuardScope guard = ThreadStates.Guard();
        lock (_gate)
        {
            HookPlan[] before = [.. methods.Select(method => method.ProbeOf(runtime.Slot).Plan)];
            HookPlan[] plans = [.. methods.Select(method => HookPlanner.Plan(runtime, spec, method.ProbeOf(runtime.Slot).Code, method.Site.Number, method.ReachesCells))];
            try
            {
                EncodedBody[] bodies = [.. methods.Zip(plans, static (method, plan) => method.WeaveInPlace(plan))];
                ProbeSlots.ChangeLimits(runtime, spec.Limits);
                Install(methods, plans, bodies);
            }
            catch (Exception error) when (error is BadIlException or ProfilerCallException or InvalidProgramException)
            {
                if (methods.Zip(plans).Any(pair => pair.First.ProbeOf(runtime.Slot).Plan == pair.Second))
                {
                    Install(methods, before, [.. methods.Zip(before, static (method, plan) => method.WeaveInPlace(plan))]);
                }

                ProbeSlots.ChangeLimits(runtime, limits);
                throw new SpecException("The changed probe", $"it could not be woven, and the probe is as it was: {error.Message}.", "Attach a second probe, then dispose the first.");
            }
        }
    }

    private void Install(IReadOnlyList<WovenMethod> methods, HookPlan[] plans, EncodedBody[] bodies)
    {
        for (int i = 0; i < methods.Count; i++)
        {
            methods[i].Replace(plans[i]);
            ProfilerCallException.Check(_profiler.Native.SetBody(methods[i].Key, bodies[i].Bytes, bodies[i].Map), "SetBody");
        }

        if (methods.Count > 0)
        {
            Request([.. methods.Select(method => method.Key)]);
        }

        if (methods.Count <= MostVerified)
        {
            foreach (WovenMethod method in methods.Where(Confirmation.CanCompile))
            {
                if (Confirmation.Compile(method) is { } reason)
                {
                    throw new InvalidProgramException(reason);
                }
            }
        }
    }

    private WovenMethod? WeaveInto(ProbeRuntime runtime, ProbeSpec spec, ProbedCode code, List<CoverageGap> gaps, ref ExpressionException? unusable)
    {
        string place = MethodName.WithParameters(code.Written);
        WovenMethod? target = null;
        try
        {
            target = MethodOf(code.Code);
            HookPlan plan = HookPlanner.Plan(runtime, spec, code, target.Site.Number, target.ReachesCells);
            if (plan.IsEmpty)
            {
                return null;
            }

            EncodedBody body = target.WeaveWith(plan, code);
            ProfilerCallException.Check(_profiler.Native.SetBody(target.Key, body.Bytes, body.Map), "SetBody");
            _compiledAnew.Remove(target.Key);
            return target;
        }
        catch (ExpressionException error)
        {
            unusable ??= error;
            gaps.Add(new CoverageGap(place, error.Message, error.Mend));
        }
        catch (BadIlException error)
        {
            gaps.Add(new CoverageGap(place, error.Message, error.Mend));
        }
        catch (ProfilerCallException error)
        {
            gaps.Add(new CoverageGap(place, error.HResult == HResults.FunctionNotIl ? "it has no IL" : error.Message, string.Empty));
            target?.Forget(runtime.Slot);
        }
        catch (InvalidProgramException error)
        {
            gaps.Add(new CoverageGap(place, $"a hook for it does not compile: {error.Message}", "Report this as a defect of the library, with the probe."));
        }

        return null;
    }

    private WovenMethod MethodOf(MethodBase method)
    {
        MethodKey key = KeyOf(method);
        if (!_methods.TryGetValue(key, out WovenMethod? known))
        {
            if (!_modules.TryGetValue(key.Module, out ModuleTokens? tokens))
            {
                tokens = new ModuleTokens(_profiler.Native, key.Module, method.Module);
                _modules.Add(key.Module, tokens);
            }

            ProbeSite site = ProbeSite.Register(MethodName.Of(method), method.Module.Assembly.GetName().Name ?? string.Empty);
            known = new WovenMethod(method, MethodImage.Read(_profiler, method, key, tokens), site);
            _methods.Add(key, known);
        }

        return known;
    }

    private MethodKey KeyOf(MethodBase method)
    {
        if (_moduleIds.TryGetValue(method.Module, out nint module))
        {
            return new MethodKey(module, method.MetadataToken);
        }

        MethodKey key = _profiler.KeyOf(method.MethodHandle);
        _moduleIds.Add(method.Module, key.Module);
        return key;
    }

    // A body without the probe that is not valid is not installed: the probes that stay are served by the body that there is.
    private List<CoverageGap> Remove(ProbeRuntime runtime, IReadOnlyList<WovenMethod> methods)
    {
        List<CoverageGap> kept = [];
        List<MethodKey> changed = [];
        List<MethodKey> reverted = [];
        foreach (WovenMethod method in methods)
        {
            try
            {
                if (method.WeaveWithout(runtime.Slot) is { } body)
                {
                    ProfilerCallException.Check(_profiler.Native.SetBody(method.Key, body.Bytes, body.Map), "SetBody");
                    changed.Add(method.Key);
                }
                else
                {
                    reverted.Add(method.Key);
                }
            }
            catch (BadIlException error)
            {
                runtime.KeepsSlot = true;
                string place = MethodName.WithParameters(method.Method);
                kept.Add(new CoverageGap(place, $"its hooks stay in it, silent: without them, {error.Message}", error.Mend, Blind: false));
            }
        }

        if (changed.Count > 0)
        {
            Request(changed);
        }

        if (reverted.Count > 0)
        {
            Restore(reverted);
        }

        return kept;
    }

    private void Request(IReadOnlyList<MethodKey> methods)
    {
        _profiler.RequestReJit(methods);
        _oldCode.Disturb();
    }

    // A revert brings back machine code from before the probes, which may hold copies of methods that are woven now: their probes would miss those
    // calls. So as long as any method is woven the original bodies are compiled anew, and the old machine code comes back with the last probe's end.
    private void Restore(List<MethodKey> methods)
    {
        if (_methods.Values.Any(static method => method.IsActive))
        {
            // First without the woven body: the runtime may ask for the body of the new version at once.
            methods.ForEach(_profiler.Native.RemoveBody);
            Request(methods);
            _compiledAnew.UnionWith(methods);
            return;
        }

        _compiledAnew.UnionWith(methods);
        _ = _profiler.RequestRevert([.. _compiledAnew]);
        methods.ForEach(_profiler.Native.RemoveBody);
        _compiledAnew.Clear();
    }

    private void DropFailed(ProbeRuntime runtime, List<WovenMethod> woven, Findings findings, bool verify)
    {
        IReadOnlyList<(WovenMethod Method, string Reason)> failed = _verification.Failures(woven, findings, verify);
        if (failed.Count > 0)
        {
            _ = Remove(runtime, [.. failed.Select(static failure => failure.Method)]);
            foreach ((WovenMethod method, string reason) in failed)
            {
                woven.Remove(method);
                findings.Gaps.Add(new CoverageGap(MethodName.WithParameters(method.Method), reason, string.Empty));
            }
        }
    }
}
