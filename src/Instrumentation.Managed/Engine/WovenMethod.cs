using System.Reflection;
using Instrumentation.Events;
using Instrumentation.Managed.Profiler;
using Instrumentation.Managed.Weaving;

namespace Instrumentation.Managed.Engine;

/// <summary>A method that has, or had, probes: its image, its site, and what its active probes want woven, in the order of their attachment.</summary>
internal sealed class WovenMethod(MethodBase method, MethodImage image, ProbeSite site)
{
    private readonly List<HookPlan> _plans = [];

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
    /// <returns>The woven body.</returns>
    /// <exception cref="BadIlException">The body cannot be woven.</exception>
    /// <exception cref="ProfilerCallException">The runtime refused.</exception>
    public EncodedBody WeaveWith(HookPlan plan)
    {
        EncodedBody body = MethodWeaver.Weave(image, [.. _plans, plan]);
        _plans.Add(plan);
        return body;
    }

    /// <summary>Takes a probe away.</summary>
    /// <param name="slot">The probe's slot.</param>
    /// <returns>The body without it; null when no probe is left and the original is to be used.</returns>
    public EncodedBody? WeaveWithout(int slot)
    {
        _plans.RemoveAll(plan => plan.Slot == slot);
        return IsActive ? MethodWeaver.Weave(image, _plans) : null;
    }
}
