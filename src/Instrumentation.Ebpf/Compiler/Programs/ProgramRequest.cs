using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Points;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Programs;

/// <summary>What the programs of a probe depend on.</summary>
internal sealed record ProgramRequest
{
    /// <summary>The spec.</summary>
    public required ProbeSpec Spec { get; init; }

    /// <summary>The probe's number, for records.</summary>
    public required int ProbeId { get; init; }

    /// <summary>The number of the capture, for records.</summary>
    public required int Version { get; init; }

    /// <summary>The number of the first of the point's sites; a cookie counts from it.</summary>
    public required int Site { get; init; }

    /// <summary>The moment that records show.</summary>
    public required ProbeEdge Edge { get; init; }

    /// <summary>Whether the report needs what was kept at the call's beginning.</summary>
    public required bool KeepsStart { get; init; }

    /// <summary>The arguments that are kept from the call's beginning, by their numbers.</summary>
    public IReadOnlyList<int> KeptArguments { get; init; } = [];

    /// <summary>The process to look at; null for all.</summary>
    public int? ProcessId { get; init; }

    /// <summary>How its records lie.</summary>
    public required RecordLayout Layout { get; init; }

    /// <summary>What the kernel's instruction set holds.</summary>
    public required InstructionSet Instructions { get; init; }

    /// <summary>Whether an earlier compilation has found that scratch memory is needed.</summary>
    public bool NeedsScratch { get; init; }

    /// <summary>Whether the report needs the time of the hit. Looking at the clock costs more than a condition and a count together.</summary>
    public bool NeedsTime => NeedsTimeFirst || Spec.Aggregation is null || Spec.Limits.PerSecond is not null || Expressions.SelectMany(ExpressionWalk.Nodes).Reads(ContextValue.Timestamp);

    /// <summary>Whether it needs it before the condition is decided; otherwise hits that are turned away do without.</summary>
    public bool NeedsTimeFirst => KeepsStart || ExpressionWalk.Nodes(Spec.Condition).Reads(ContextValue.Timestamp);

    /// <summary>Whether records carry what caused them. Only a measurement of what that costs does without.</summary>
    public bool CarriesCause { get; init; } = true;

    /// <summary>Whether the report reads the contexts of threads.</summary>
    public bool NeedsCause => (CarriesCause && Spec.Aggregation is null)
        || Spec is { Aggregation: StackAggregation, Point: KernelPoint { StacksHaveCause: true } }
        || Expressions.SelectMany(ExpressionWalk.Nodes).Reads(ContextValue.Span);

    /// <summary>The expressions that the report evaluates.</summary>
    public IEnumerable<ProbeExpression> Expressions =>
    [
        .. Spec.Condition is { } condition ? new[] { condition } : [],
        .. Spec.Aggregation?.Expressions ?? [],
        .. Spec.CaptureShape?.Fields.Select(static captured => captured.Value) ?? [],
    ];
}
