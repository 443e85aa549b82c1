using System.Reflection;
using Instrumentation.Events;
using Instrumentation.Managed.Profiler;
using Instrumentation.Managed.Weaving;
using Instrumentation.Managed.Weaving.Validation;

namespace Instrumentation.Managed.Engine;

/// <summary>A method that has, or had, probes: its image, its site, and what its active probes want woven, in the order of their attachment.</summary>
internal sealed class WovenMethod(MethodBase method, MethodImage image, ProbeSite site)
{
    private readonly List<HookPlan> _plans = [];

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
    /// <returns>The woven body.</returns>
    /// <exception cref="BadIlException">The body cannot be woven, or what weaving made of it is not valid.</exception>
    /// <exception cref="ProfilerCallException">The runtime refused.</exception>
    public EncodedBody WeaveWith(HookPlan plan)
    {
        EncodedBody body = Weave([.. _plans, plan]);
        _plans.Add(plan);
        return body;
    }

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
    public void Forget(int slot) => _plans.RemoveAll(plan => plan.Slot == slot);

    private EncodedBody Weave(IReadOnlyList<HookPlan> plans)
    {
        EncodedBody body = MethodWeaver.Weave(image, plans);
        body = Defect?.Invoke(method, body) ?? body;
        BodyValidator.Validate(body, image);
        return body;
    }
}
