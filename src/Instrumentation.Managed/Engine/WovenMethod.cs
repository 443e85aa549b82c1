using System.Reflection;
using Instrumentation.Events;
using Instrumentation.Managed.Points;
using Instrumentation.Managed.Profiler;
using Instrumentation.Managed.Weaving;
using Instrumentation.Managed.Weaving.Validation;

namespace Instrumentation.Managed.Engine;

/// <summary>A method that has, or had, probes: its image, its site, and what its active probes want woven, in the order of their attachment.</summary>
internal sealed class WovenMethod(MethodBase method, MethodImage image, ProbeSite site)
{
    private readonly List<HookPlan> _plans = [];
    private readonly Dictionary<int, ProbedCode> _codes = [];

    /// <summary>For tests: stands in for a defect of the weaving by damaging what it made; null otherwise.</summary>
    internal static Func<MethodBase, EncodedBody, EncodedBody>? Defect { get; set; }

    /// <summary>The method.</summary>
    public MethodBase Method => method;

    /// <summary>The method as the profiling API names it.</summary>
    public MethodKey Key => image.Key;

    /// <summary>The site that its events name.</summary>
    public ProbeSite Site => site;

    /// <summary>Whether woven code of its module can count by itself.</summary>
    public bool ReachesCells => image.Tokens.ReachesCells;

    /// <summary>Whether any probe is active.</summary>
    public bool IsActive => _plans.Count > 0;

    /// <summary>Weaves the original body with the active probes and one more, which stays added when that succeeds.</summary>
    /// <param name="plan">The probe's plan.</param>
    /// <param name="code">Which code of the program that is.</param>
    /// <returns>The woven body.</returns>
    /// <exception cref="BadIlException">The body cannot be woven, or what weaving made of it is not valid.</exception>
    /// <exception cref="ProfilerCallException">The runtime refused.</exception>
    public EncodedBody WeaveWith(HookPlan plan, ProbedCode code)
    {
        EncodedBody body = Weave([.. _plans, plan]);
        _plans.Add(plan);
        _codes[plan.Slot] = code;
        return body;
    }

    /// <summary>What a probe has woven, and which code of the program that is.</summary>
    /// <param name="slot">The probe's slot.</param>
    /// <returns>Its plan and code.</returns>
    public (HookPlan Plan, ProbedCode Code) ProbeOf(int slot) => (_plans.First(plan => plan.Slot == slot), _codes[slot]);

    /// <summary>Weaves the original body with another plan in the place of the one that its probe has, without taking it over.</summary>
    /// <param name="plan">The other plan.</param>
    /// <returns>The woven body.</returns>
    /// <exception cref="BadIlException">The body cannot be woven, or what weaving made of it is not valid.</exception>
    /// <exception cref="ProfilerCallException">The runtime refused.</exception>
    public EncodedBody WeaveInPlace(HookPlan plan) => Weave([.. _plans.Select(other => other.Slot == plan.Slot ? plan : other)]);

    /// <summary>Takes over another plan for a probe, whose body is about to be installed.</summary>
    /// <param name="plan">The plan.</param>
    public void Replace(HookPlan plan) => _plans[_plans.FindIndex(other => other.Slot == plan.Slot)] = plan;

    /// <summary>Takes a probe away.</summary>
    /// <param name="slot">The probe's slot.</param>
    /// <returns>The body without it; null when no probe is left and the original is to be used.</returns>
    /// <exception cref="BadIlException">What weaving made of the others is not valid. The probe is taken away all the same.</exception>
    public EncodedBody? WeaveWithout(int slot)
    {
        Forget(slot);
        return IsActive ? Weave(_plans) : null;
    }

    /// <summary>Takes away a probe whose body was not installed.</summary>
    /// <param name="slot">The probe's slot.</param>
    public void Forget(int slot)
    {
        _plans.RemoveAll(plan => plan.Slot == slot);
        _codes.Remove(slot);
    }

    private EncodedBody Weave(IReadOnlyList<HookPlan> plans)
    {
        EncodedBody body = MethodWeaver.Weave(image, plans);
        body = Defect?.Invoke(method, body) ?? body;
        BodyValidator.Validate(body, image);
        return body;
    }
}
