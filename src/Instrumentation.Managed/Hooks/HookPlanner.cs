using Instrumentation.Events;
using Instrumentation.Expressions;
using Instrumentation.Managed.Expressions;
using Instrumentation.Managed.Interception;
using Instrumentation.Managed.Locks;
using Instrumentation.Managed.Points;
using Instrumentation.Managed.Weaving;

namespace Instrumentation.Managed.Hooks;

/// <summary>Decides what a probe needs woven into a method, and has its hooks compiled: the least that gives what the spec asks for.</summary>
internal static class HookPlanner
{
    private static readonly TaskShape NoTask = new(TaskKind.None, typeof(void));

    private static readonly ContextValue[] EndOnly = [ContextValue.Exception, ContextValue.ThrownBy, ContextValue.Duration];

    /// <summary>Plans a probe on a method.</summary>
    /// <param name="runtime">The probe, with its slot.</param>
    /// <param name="spec">What it wants, or is to want.</param>
    /// <param name="code">The code that is woven.</param>
    /// <param name="site">The number of its site.</param>
    /// <param name="reachesCells">Whether woven code of its module can count in <see cref="WovenCells"/>.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ExpressionException">An expression cannot be used on this method.</exception>
    public static HookPlan Plan(ProbeRuntime runtime, ProbeSpec spec, ProbedCode code, int site, bool reachesCells)
    {
        if (spec.Point is LockContentionPoint)
        {
            return LockMethods.Plan(code.Code, runtime.Slot, runtime.Ticket, site);
        }

        MethodShape shape = new(code);
        BindingTarget target = shape.Target(spec.Edge, spec.GettersAllowed);
        ProbeExpression? condition = spec.Condition is null ? null : ExpressionBinder.Bind(spec.Condition, target);
        HookRequest request = new()
        {
            Kind = HookKind.End,
            Edge = spec.Edge,
            Operands = [],
            Task = shape.Task,
            ThisArguments = code.Written.IsStatic ? 0 : 1,
            Condition = condition,
            Capture = Bind(spec.CaptureShape, target),
            Aggregation = spec.Aggregation?.Select(expression => ExpressionBinder.Bind(expression, target)),
            HasLimits = spec.Limits.AreDecidedByHooks,
            Span = !spec.IsSpan ? SpanKind.None : shape.Task.Kind == TaskKind.None ? SpanKind.Frame : SpanKind.Flow,
            Version = runtime.Captures.NumberOf(spec.CaptureShape),
            MaximumStringLength = runtime.MaximumStringLength,
        };

        // A condition over primitive arguments is decided in the woven code, before any hook; its arguments at the entry are those of the whole call.
        Func<IReadOnlyList<Mono.Cecil.Cil.Instruction>>? inline = null;
        if (condition is not null && !runtime.CountsEveryHit && shape.Fields is null && spec.Edge is ProbeEdge.Entry or ProbeEdge.Call && InlineCondition.TryCompile(condition, shape.Argument) is not null)
        {
            inline = () => InlineCondition.TryCompile(condition!, shape.Argument)!;
            request = request with { Condition = null };
        }

        if (spec.IsSpan && code.Iterator is not null)
        {
            throw new SpecException($"A span of {MethodName.WithParameters(code.Written)}", "its calls are enumerations, which have no thread and no flow of their own.", "Leave AsSpan() out; the events inside belong to the span around.");
        }

        // What does not need the end of a call is counted when the call begins: no region, no kept start.
        // Not so of an enumeration: it may last long, and a change of the condition while it does must find its end.
        if (spec.Action is InterceptAction)
        {
            return PlanInterception(runtime, site, shape, request) with { InlineCondition = inline };
        }

        bool atEntry = spec.Edge == ProbeEdge.Entry || (spec.Edge == ProbeEdge.Call && spec.Aggregation is not null && code.Iterator is null && !NeedsEnd(request));
        if (atEntry && request is { Aggregation: CountAggregation, Condition: null, HasLimits: false } && reachesCells)
        {
            return new HookPlan { Slot = runtime.Slot, Ticket = runtime.Ticket, Site = site, InlineCondition = inline, CountsInline = code.Role != CodeRole.Disposal, Role = code.Role, Iterator = code.Iterator };
        }

        HookPlan plan = atEntry && code.Role == CodeRole.Disposal ? new HookPlan { Slot = runtime.Slot, Ticket = runtime.Ticket, Site = site }
            : atEntry ? PlanEntry(runtime, site, shape, request with { Kind = HookKind.Entry, Edge = ProbeEdge.Entry })
            : spec.Edge == ProbeEdge.Catch ? PlanCatch(runtime, site, shape, request with { Kind = HookKind.Catch })
            : code.Iterator is not null ? PlanEnumeration(runtime, site, shape, request with { Enumerates = true }, code.Role)
            : PlanEnd(runtime, site, shape, request);
        return plan with { InlineCondition = inline, Fields = shape.Fields, Role = code.Role, Iterator = code.Iterator };
    }

    private static HookPlan PlanInterception(ProbeRuntime runtime, int site, MethodShape shape, HookRequest request)
    {
        if (request.Condition is { } condition && !IsFixedAtEntry(condition, shape) && NeedsEnd(request))
        {
            throw new ExpressionException(
                "the condition",
                $"it asks for what is known only when {MethodName.WithParameters(shape.Method)} has ended, and the action is taken when it begins.",
                "Ask for the arguments only, or decide in the interceptor's OnReturn.");
        }

        InterceptionRuntime.Know(site, shape.Method);
        HookOperand? result = InterceptionBody.ByAddress(shape.Result);
        HookRequest start = StartOf(request, decides: true) with
        {
            Intercepts = true,
            Result = result,
            Operands = [.. shape.Method.IsStatic ? (HookOperand[])[] : [shape.This()], .. shape.Method.GetParameters().Select(parameter => shape.Argument(parameter.Position))],
        };
        return new HookPlan
        {
            Slot = runtime.Slot,
            Ticket = runtime.Ticket,
            Site = site,
            Entry = new WovenHook(HookCompiler.Compile(start), start.Operands),
            KeepsStart = true,
            Exit = new WovenHook(InterceptionBody.CompileEnd(result), []),
            Result = result,
            OnReturn = true,
            OnThrow = true,
            Act = InterceptionBody.Act,
        };
    }

    private static bool NeedsEnd(HookRequest request) =>
        request.Expressions.Any(node => node is ReturnExpression) || request.Expressions.Reads(EndOnly);

    private static HookPlan PlanEntry(ProbeRuntime runtime, int site, MethodShape shape, HookRequest request) => new()
    {
        Slot = runtime.Slot,
        Ticket = runtime.Ticket,
        Site = site,
        Entry = Compile(shape, request with { Task = NoTask }),
    };

    private static HookPlan PlanCatch(ProbeRuntime runtime, int site, MethodShape shape, HookRequest request) => new()
    {
        Slot = runtime.Slot,
        Ticket = runtime.Ticket,
        Site = site,
        Catch = Compile(shape, request with { Task = NoTask }),
    };

    private static HookPlan PlanEnd(ProbeRuntime runtime, int site, MethodShape shape, HookRequest request)
    {
        bool isTask = shape.Task.Kind != TaskKind.None;
        bool keepsStart = request.Edge.HasFlag(ProbeEdge.Call) || request.Expressions.Reads(ContextValue.Duration);
        bool decidedAtStart = keepsStart && request.Edge.HasFlag(ProbeEdge.Call) && (request.Condition is { } condition ? IsFixedAtEntry(condition, shape) : request.HasLimits);
        HookRequest end = request with
        {
            KeepsStart = keepsStart,
            DecidedAtStart = decidedAtStart,
            Condition = decidedAtStart ? null : request.Condition,
            HasLimits = !decidedAtStart && request.HasLimits,
            Result = isTask || request.Expressions.Any(node => node is ReturnExpression) ? shape.Result : null,
        };
        end = end with { Operands = OperandsOf(end, shape) };
        if (isTask)
        {
            CheckKept(end, shape);
        }

        return new HookPlan
        {
            Slot = runtime.Slot,
            Ticket = runtime.Ticket,
            Site = site,
            Entry = keepsStart ? Compile(shape, StartOf(request, decidedAtStart)) : null,
            KeepsStart = keepsStart,
            Exit = new WovenHook(HookCompiler.Compile(end), end.Operands),
            Result = end.Result,
            TakesCallId = isTask,
            OnReturn = isTask || (request.Edge & (ProbeEdge.Return | ProbeEdge.Call)) != 0,
            OnThrow = (request.Edge & (ProbeEdge.Throw | ProbeEdge.Call)) != 0,
        };
    }

    // The arguments are those of the beginning, and are kept until the end: the code may change the fields that hold them.
    private static HookPlan PlanEnumeration(ProbeRuntime runtime, int site, MethodShape shape, HookRequest request, CodeRole role)
    {
        bool decidedAtStart = request.Edge.HasFlag(ProbeEdge.Call) && (request.Condition is { } condition ? IsFixedAtEntry(condition, shape) : request.HasLimits);
        HookRequest end = request with
        {
            KeepsStart = true,
            DecidedAtStart = decidedAtStart,
            Condition = decidedAtStart ? null : request.Condition,
            HasLimits = !decidedAtStart && request.HasLimits,
        };
        end = end with { Operands = OperandsOf(end, shape) };
        CheckKept(end, shape);
        bool begins = role == CodeRole.Step;
        return new HookPlan
        {
            Slot = runtime.Slot,
            Ticket = runtime.Ticket,
            Site = site,
            Entry = begins ? Compile(shape, StartOf(request, decidedAtStart)) : null,
            KeepsStart = begins,
            Keep = begins ? new WovenHook(HookCompiler.Compile(end with { Kind = HookKind.Keep }), end.Operands) : null,
            OnReturn = (request.Edge & (ProbeEdge.Return | ProbeEdge.Call)) != 0,
            OnThrow = (request.Edge & (ProbeEdge.Throw | ProbeEdge.Call)) != 0,
        };
    }

    private static HookRequest StartOf(HookRequest request, bool decides) => request with
    {
        Kind = HookKind.Start,
        Edge = ProbeEdge.Entry,
        Task = NoTask,
        Enumerates = false,
        DecidedAtStart = decides,
        Condition = decides ? request.Condition : null,
        HasLimits = decides && request.HasLimits,
        Version = 0,
        Capture = null,
        Aggregation = null,
    };

    private static WovenHook Compile(MethodShape shape, HookRequest request)
    {
        HookRequest complete = request with { Operands = OperandsOf(request, shape) };
        return new WovenHook(HookCompiler.Compile(complete), complete.Operands);
    }

    private static HookOperand[] OperandsOf(HookRequest request, MethodShape shape) =>
    [
        .. request.Expressions
            .Select(node => node switch
            {
                ThisExpression => shape.This(),
                ArgumentExpression argument => shape.Argument(argument.Index),
                _ => null,
            })
            .OfType<HookOperand>()
            .DistinctBy(operand => operand.Argument)
            .OrderBy(operand => operand.Argument),
    ];

    // Only values that nothing can change between the entry and the end: arguments by value that are primitives or strings, and constants.
    private static bool IsFixedAtEntry(ProbeExpression condition, MethodShape shape) => ExpressionWalk.Nodes(condition).All(node => node switch
    {
        ArgumentExpression argument => shape.Argument(argument.Index) is { IsByRef: false } operand
            && (operand.Form == OperandForm.Value || operand.Type == typeof(string)),
        ConstantExpression or UnaryExpression or BinaryExpression or ConvertExpression or StringTestExpression or ConditionalExpression => true,
        _ => false,
    });

    private static void CheckKept(HookRequest request, MethodShape shape)
    {
        HookOperand? lost = request.Operands.FirstOrDefault(operand => operand.IsByRef || operand.Type.IsByRefLike);
        if (lost is not null)
        {
            throw new ExpressionException(
                $"argument {lost.Argument - request.ThisArguments}",
                $"{MethodName.WithParameters(shape.Method)} ends later than it returns, and an argument of type {(lost.IsByRef ? "ref " : string.Empty)}{MethodName.Of(lost.Type)} cannot be kept until then.",
                "Read it at the entry: OnEntry().");
        }

        if (request.Operands.Count > PendingCall.MaximumOperands)
        {
            throw new ExpressionException(
                "the capture",
                $"it reads {request.Operands.Count} arguments, and {PendingCall.MaximumOperands} can be kept until a call of {MethodName.WithParameters(shape.Method)} ends.",
                "Read fewer.");
        }
    }

    /// <summary>Binds the expressions of a capture.</summary>
    /// <param name="capture">The capture, or null.</param>
    /// <param name="target">The place.</param>
    /// <returns>The bound capture, or null.</returns>
    /// <exception cref="ExpressionException">An expression cannot be used there.</exception>
    internal static CaptureShape? Bind(CaptureShape? capture, BindingTarget target) => capture is null
        ? null
        : new CaptureShape([.. capture.Fields.Select(field => field with { Value = ExpressionBinder.Bind(field.Value, target) })], null);
}
