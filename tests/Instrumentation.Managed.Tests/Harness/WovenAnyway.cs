using System.Reflection;
using Instrumentation.Aggregations;
using Instrumentation.Events;
using Instrumentation.Managed.Engine;
using Instrumentation.Managed.Points;

namespace Instrumentation.Managed.Tests.Harness;

/// <summary>A count that is woven into methods without the check of what can be woven: it shows what the check is for.</summary>
internal sealed class WovenAnyway : IDisposable
{
    private readonly ManagedEngine _engine = ManagedEngine.Get();
    private readonly ProbeRuntime _runtime;
    private readonly IReadOnlyList<WovenMethod> _woven;

    /// <summary>Weaves.</summary>
    public WovenAnyway(IReadOnlyList<MethodBase> methods)
    {
        ProbeSpec spec = Probe.Method(methods[0]).Count();
        _runtime = new ProbeRuntime(spec, ProbeSlots.NextId(), (int)AggregationLayout.BytesFor(spec.Aggregation)) { MaximumStringLength = 100 };
        ProbeSlots.Add(_runtime);
        _runtime.Cells = new WovenCount(_runtime);
        _woven = _engine.Attach(_runtime, spec, [.. methods.Select(ProbedCode.Whole)], Findings, verify: true);
        ProbeSlots.Open(_runtime);
    }

    /// <summary>What the engine found out.</summary>
    public Findings Findings { get; } = new([]);

    /// <summary>The methods that the engine believes to be woven.</summary>
    public int Count => _woven.Count;

    /// <summary>The hits so far.</summary>
    public long Hits => ProbeBlocks.Sum(_runtime).Hits;

    /// <summary>How often methods are hit by two pieces of code.</summary>
    public static (long First, long Second) Compare(IReadOnlyList<MethodBase> methods, Action first, Action second)
    {
        using WovenAnyway woven = new(methods);
        Assert.True(woven.Count == methods.Count, string.Join(Environment.NewLine, woven.Findings.Gaps));
        first();
        long between = woven.Hits;
        second();
        return (between, woven.Hits - between);
    }

    public void Dispose()
    {
        _ = _engine.Detach(_runtime, _woven);
        ProbeSlots.Close(_runtime);
        ProbeSlots.Remove(_runtime);
    }
}
