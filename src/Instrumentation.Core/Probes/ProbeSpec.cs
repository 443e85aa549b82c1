using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Instrumentation.Expressions;

namespace Instrumentation;

/// <summary>
/// What to observe, when, and what to keep: immutable data that can be built, compared and passed around anywhere. Only
/// <see cref="InstrumentationSession.AttachAsync(ProbeSpec, CancellationToken)"/> touches the program.
/// Without a capture or an aggregation, each event carries its point, thread, time, duration and outcome.
/// </summary>
/// <param name="Point">The place.</param>
[JsonConverter(typeof(ProbeSpecJsonConverter))]
public partial record ProbeSpec(ProbePoint Point)
{
    /// <summary>The moments that are reported. The default is <see cref="ProbeEdge.Call"/>.</summary>
    public ProbeEdge Edge { get; init; } = ProbeEdge.Call;

    /// <summary>The condition, or null to let every hit pass.</summary>
    public ProbeExpression? Condition { get; init; }

    /// <summary>What each event records, or null for its header alone.</summary>
    public CaptureShape? CaptureShape { get; init; }

    /// <summary>What is kept at the source instead of events, or null for events.</summary>
    public AggregationSpec? Aggregation { get; init; }

    /// <summary>True when expressions may call property getters of the application inside the probe.</summary>
    public bool GettersAllowed { get; init; }

    /// <summary>True when each call is a span: see <see cref="AsSpan"/>.</summary>
    public bool IsSpan { get; init; }

    /// <summary>What the probe does to each call that passes its condition and limits, or null to observe only.</summary>
    public ProbeAction? Action { get; init; }

    /// <summary>How much is reported, and for how long.</summary>
    public ProbeLimits Limits { get; init; } = ProbeLimits.None;

    /// <summary>A name for the probe in events and files; null for the description of its point.</summary>
    public string? Label { get; init; }

    /// <summary>Reports when control enters the method.</summary>
    /// <returns>The changed copy.</returns>
    public ProbeSpec OnEntry() => this with { Edge = ProbeEdge.Entry };

    /// <summary>Reports normal returns; add <see cref="OrThrow"/> for exceptions as well.</summary>
    /// <returns>The changed copy.</returns>
    public ProbeSpec OnReturn() => this with { Edge = ProbeEdge.Return };

    /// <summary>Reports exceptions that leave the method.</summary>
    /// <returns>The changed copy.</returns>
    public ProbeSpec OnThrow() => this with { Edge = ProbeEdge.Throw };

    /// <summary>Reports exceptions that leave the method, besides what is reported already.</summary>
    /// <returns>The changed copy.</returns>
    public ProbeSpec OrThrow() => this with { Edge = Edge | ProbeEdge.Throw };

    /// <summary>Reports the whole call as one event with its duration, when it ends.</summary>
    /// <returns>The changed copy.</returns>
    public ProbeSpec OnCall() => this with { Edge = ProbeEdge.Call };

    /// <summary>Reports exceptions that a handler of the method catches.</summary>
    /// <returns>The changed copy.</returns>
    public ProbeSpec OnCatch() => this with { Edge = ProbeEdge.Catch };

    /// <summary>Names the probe in events and files.</summary>
    /// <param name="label">The name.</param>
    /// <returns>The changed copy.</returns>
    public ProbeSpec Named(string label) => this with { Label = label };

    /// <summary>Lets expressions call property getters of the application inside the probe; what they throw counts as a fault.</summary>
    /// <returns>The changed copy.</returns>
    public ProbeSpec AllowGetters() => this with { GettersAllowed = true };

    /// <summary>
    /// Makes each call of a .NET method a span: events of any kind that happen inside of it, also in what it awaits or starts, on whatever thread, carry its number
    /// (<see cref="ProbeEvent.Span"/>). A synchronous call costs a few stores more; a call that gives a task allocates what flows with its execution context.
    /// </summary>
    /// <returns>The changed copy, of the whole call.</returns>
    public ProbeSpec AsSpan() => this with { IsSpan = true, Edge = ProbeEdge.Call };

    /// <summary>Reports one of so many hits that pass, on each thread its first and then every so many-th.</summary>
    /// <param name="every">1 or more.</param>
    /// <returns>The changed copy.</returns>
    public ProbeSpec Sample(int every) => this with { Limits = Limits with { SampleEvery = every } };

    /// <summary>Reports at most so many hits per second over all threads, a tenth of them at once at most (and at least one).</summary>
    /// <param name="perSecond">More than 0; below 1 for one in several seconds.</param>
    /// <returns>The changed copy.</returns>
    public ProbeSpec RateLimit(double perSecond) => this with { Limits = Limits with { PerSecond = perSecond } };

    /// <summary>Detaches the probe by itself after exactly so many reported hits.</summary>
    /// <param name="hits">1 or more.</param>
    /// <returns>The changed copy.</returns>
    public ProbeSpec HitLimit(long hits) => this with { Limits = Limits with { Hits = hits } };

    /// <summary>Detaches the probe by itself some time after its attach.</summary>
    /// <param name="time">More than zero.</param>
    /// <returns>The changed copy.</returns>
    public ProbeSpec ExpireAfter(TimeSpan time) => this with { Limits = Limits with { Expiry = time } };

    /// <summary>Drops the condition: every hit passes.</summary>
    /// <returns>The changed copy.</returns>
    public ProbeSpec Always() => this with { Condition = null };

    /// <summary>Lets only hits pass for which the condition holds; several conditions must all hold.</summary>
    /// <param name="condition">A lambda over the context; it is translated, never run.</param>
    /// <returns>The changed copy.</returns>
    /// <exception cref="ExpressionException">The lambda uses what cannot be translated.</exception>
    public ProbeSpec When(Expression<Func<ProbeContext, bool>> condition) => this with { Condition = Narrow(condition) };

    /// <summary>Records the values of the lambda's result with each event: a constructor call, an anonymous type, an object initializer, or one value.</summary>
    /// <typeparam name="T">The type of the typed events.</typeparam>
    /// <param name="capture">A lambda over the context; it is translated, never run.</param>
    /// <returns>The typed copy.</returns>
    /// <exception cref="ExpressionException">The lambda uses what cannot be translated.</exception>
    public ProbeSpec<T> Capture<T>(Expression<Func<ProbeContext, T>> capture) =>
        new(this) { CaptureShape = LambdaTranslator.TranslateCapture(capture) };

    private protected ProbeExpression Narrow(Expression<Func<ProbeContext, bool>> condition)
    {
        ProbeExpression added = LambdaTranslator.Translate(condition);
        return Condition is null ? added : new Expressions.BinaryExpression(BinaryOperator.AndAlso, Condition, added, typeof(bool));
    }
}
