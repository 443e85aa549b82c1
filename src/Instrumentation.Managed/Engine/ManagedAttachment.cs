using System.Reflection;
using Instrumentation.Backends;
using Instrumentation.Events;
using Instrumentation.Governor;
using Instrumentation.Managed.Hooks;
using Instrumentation.Managed.Interception;
using Instrumentation.Managed.Points;
using Instrumentation.Spans;

namespace Instrumentation.Managed.Engine;

/// <summary>A probe that is woven into methods.</summary>
internal sealed class ManagedAttachment : IProbeAttachment
{
    private readonly ManagedEngine _engine;
    private readonly WovenCount _count;
    private readonly ProbeRuntime _runtime;
    private readonly List<WovenMethod> _methods;
    private readonly OpenGaps _open;
    private ProbeSpec _spec;
    private ProbeReduction _reduction = ProbeReduction.None;
    private IReadOnlyList<ProbedCode> _out = [];
    private ProbeCoverage _coverage;
    private bool _detached;

    /// <summary>Takes over what was woven.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="runtime">The probe.</param>
    /// <param name="count">What woven code of it counts by itself.</param>
    /// <param name="methods">The methods that are woven.</param>
    /// <param name="coverage">What is reached and what is not.</param>
    /// <param name="open">The gaps besides that close by themselves.</param>
    public ManagedAttachment(ManagedEngine engine, ProbeRuntime runtime, WovenCount count, IReadOnlyList<WovenMethod> methods, ProbeCoverage coverage, IEnumerable<OpenGap> open)
    {
        _engine = engine;
        _runtime = runtime;
        _count = count;
        _methods = [.. methods];
        _spec = runtime.Spec;
        _coverage = coverage;
        if (runtime.Spec.IsSpan)
        {
            SpanFlow.Acquire();
        }

        _open = engine.NewOpenGaps();
        _open.Add(open);
    }

    /// <inheritdoc/>
    public ProbeCoverage Coverage
    {
        get
        {
            ProbeCoverage known = Volatile.Read(ref _coverage);
            return !Volatile.Read(ref _detached) && _open.Read() is { Count: > 0 } open ? known with { Gaps = [.. known.Gaps, .. open] } : known;
        }
    }

    /// <summary>What is reached and what is not, without the gaps that close by themselves.</summary>
    public ProbeCoverage Lasting => Volatile.Read(ref _coverage);

    /// <summary>The gaps that close by themselves and are open for what the current thread calls.</summary>
    /// <returns>The gaps.</returns>
    public IReadOnlyList<OpenGap> OpenHere() => Volatile.Read(ref _detached) ? [] : _open.ReadHere();

    /// <inheritdoc/>
    public ValueTask UpdateAsync(ProbeSpec spec, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _engine.Alone(() =>
        {
            Become(spec, _reduction);
            _spec = spec;
        });
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Reduce(ProbeReduction reduction) => _engine.Alone(() =>
    {
        Become(_spec, reduction);
        _reduction = reduction;
    });

    /// <summary>Adds what an assembly has of the probe's methods, unless another attach takes longer than the wait.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="wait">The longest wait.</param>
    /// <param name="late">Whether the assembly's code may have run already.</param>
    /// <returns>False when nothing was done.</returns>
    public bool TryExtend(Assembly assembly, TimeSpan wait, bool late) => _engine.TryAlone(wait, () => Extend(assembly, late));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        LateAssemblies.Forget(this);
        _engine.Alone(() =>
        {
            if (!_detached)
            {
                _detached = true;
                if (_runtime.Spec.IsSpan)
                {
                    SpanFlow.Release();
                }

                Add([], _engine.Detach(_runtime, _methods));
                InterceptionRuntime.Set(_runtime.Slot, null);
                EnumerationTable.Forget(_runtime.Ticket);
            }
        });
        return ValueTask.CompletedTask;
    }

    // What is woven for a spec at a level. A count asks no condition: that is what makes it cheap.
    private static ProbeSpec Woven(ProbeSpec spec, ProbeReduction reduction) => reduction.Level == ProbeLevel.Counted
        ? new ProbeSpec(spec.Point) { Edge = spec.Edge == ProbeEdge.Catch ? ProbeEdge.Catch : ProbeEdge.Entry, Aggregation = new CountAggregation() }
        : reduction.Sample(spec);

    private void Become(ProbeSpec spec, ProbeReduction reduction)
    {
        bool wasOff = _reduction.Level == ProbeLevel.Off;
        if (reduction.Level == ProbeLevel.Off)
        {
            _engine.Check(_runtime, spec, wasOff ? _out : []);
            TakeOut();
            return;
        }

        WovenHits meaning = reduction.Level != ProbeLevel.Counted ? WovenHits.Wanted : spec.Condition is null ? WovenHits.Suppressed : WovenHits.Unasked;
        if (meaning != WovenHits.Wanted)
        {
            // Before the woven code counts; and the other way round, not before it has ceased to.
            _count.Mean(meaning);
        }

        ProbeSpec woven = Woven(spec, reduction);
        if (wasOff)
        {
            PutBack(woven);
        }
        else
        {
            _engine.Update(_runtime, woven, Woven(_spec, _reduction).Limits, _methods);
        }

        if (meaning == WovenHits.Wanted)
        {
            _count.Mean(meaning);
        }
    }

    private void TakeOut()
    {
        if (_methods.Count > 0)
        {
            // The code that may end a call besides is found again from the code in which it begins.
            _out = [.. _methods.Select(method => method.ProbeOf(_runtime.Slot).Code).Where(static code => code.Role != CodeRole.Disposal)];
            Add([], _engine.Detach(_runtime, _methods));
            _methods.Clear();
        }
    }

    private void PutBack(ProbeSpec woven)
    {
        ProbeSlots.ChangeLimits(_runtime, woven.Limits);
        List<CoverageGap> gaps = [];
        _methods.AddRange(_engine.Attach(_runtime, woven, _out, new Findings(gaps), verify: false));
        HashSet<MethodBase> reached = [.. _methods.Select(static method => method.Method)];
        Add(_out.Where(code => reached.Contains(code.Code)), gaps);
        _out = [];
    }

    private void Extend(Assembly assembly, bool late)
    {
        if (_detached)
        {
            return;
        }

        List<CoverageGap> gaps = [];
        IReadOnlyList<ProbedCode> codes = [];
        IReadOnlyList<WovenMethod> woven = [];
        try
        {
            codes = [.. CodeFinder.Find(_spec, assembly, out gaps).Where(code => !_methods.Exists(woven => woven.Method == code.Code))];
            if (_reduction.Level == ProbeLevel.Off)
            {
                _out = [.. _out.Union(codes)];
                return;
            }

            Findings findings = new(gaps);
            woven = _engine.Attach(_runtime, Woven(_spec, _reduction), codes, findings, verify: late);
            _open.Add(findings.Open);
        }
        catch (ExpressionException)
        {
            // Each method has its gap, with the reason.
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The program is loading the assembly and must not notice.
            gaps.Add(new CoverageGap(assembly.GetName().Name ?? assembly.ToString(), $"it was loaded after the attach and could not be looked at: {error.Message}", "Attach the probe again."));
        }

        _methods.AddRange(woven);
        HashSet<MethodBase> reached = [.. woven.Select(method => method.Method)];
        if (late && woven.Count > 0)
        {
            gaps.Add(new CoverageGap(assembly.GetName().Name ?? assembly.ToString(), "it was loaded while other probes were being attached: its first calls may be unseen", string.Empty, Blind: false));
        }

        Add(codes.Where(code => reached.Contains(code.Code)), gaps);
    }

    private void Add(IEnumerable<ProbedCode> reached, IReadOnlyList<CoverageGap> gaps)
    {
        ProbeCoverage added = CodeFinder.Coverage(reached, gaps);
        if (added.Reached.Count + added.Gaps.Count > 0)
        {
            IEnumerable<CoverageGap> known = added.Reached.Count == 0 ? _coverage.Gaps : _coverage.Gaps.Where(gap => gap.Reason != CodeFinder.Waiting);
            Volatile.Write(ref _coverage, new ProbeCoverage([.. _coverage.Reached.Union(added.Reached)], [.. known, .. added.Gaps])
            {
                Notes = [.. _coverage.Notes.Union(added.Notes)],
            });
        }
    }
}
