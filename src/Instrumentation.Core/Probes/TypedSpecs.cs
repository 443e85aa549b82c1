using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Instrumentation.Expressions;

namespace Instrumentation;

/// <summary>A spec whose events are of a type: what <see cref="ProbeSpec.Capture{T}"/> gives.</summary>
/// <typeparam name="T">The type of the captured value.</typeparam>
[JsonConverter(typeof(ProbeSpecJsonConverter))]
public sealed record ProbeSpec<T> : ProbeSpec
{
    internal ProbeSpec(ProbeSpec source)
        : base(source)
    {
    }

    /// <inheritdoc cref="ProbeSpec.When"/>
    public new ProbeSpec<T> When(Expression<Func<ProbeContext, bool>> condition) => this with { Condition = Narrow(condition) };

    /// <inheritdoc cref="ProbeSpec.Named"/>
    public new ProbeSpec<T> Named(string label) => this with { Label = label };

    /// <inheritdoc cref="ProbeSpec.AllowGetters"/>
    public new ProbeSpec<T> AllowGetters() => this with { GettersAllowed = true };

    /// <inheritdoc cref="ProbeSpec.AsSpan"/>
    public new ProbeSpec<T> AsSpan() => this with { IsSpan = true, Edge = ProbeEdge.Call };

    /// <summary>Records other values of the same type with each event.</summary>
    /// <param name="capture">A lambda over the context; it is translated, never run.</param>
    /// <returns>The changed copy.</returns>
    /// <exception cref="ExpressionException">The lambda uses what cannot be translated.</exception>
    public ProbeSpec<T> Capture(Expression<Func<ProbeContext, T>> capture) => this with { CaptureShape = LambdaTranslator.TranslateCapture(capture) };

    /// <inheritdoc cref="ProbeSpec.Always"/>
    public new ProbeSpec<T> Always() => this with { Condition = null };

    /// <inheritdoc cref="ProbeSpec.Sample"/>
    public new ProbeSpec<T> Sample(int every) => this with { Limits = Limits with { SampleEvery = every } };

    /// <inheritdoc cref="ProbeSpec.RateLimit"/>
    public new ProbeSpec<T> RateLimit(double perSecond) => this with { Limits = Limits with { PerSecond = perSecond } };

    /// <inheritdoc cref="ProbeSpec.HitLimit"/>
    public new ProbeSpec<T> HitLimit(long hits) => this with { Limits = Limits with { Hits = hits } };

    /// <inheritdoc cref="ProbeSpec.ExpireAfter"/>
    public new ProbeSpec<T> ExpireAfter(TimeSpan time) => this with { Limits = Limits with { Expiry = time } };
}

/// <summary>A spec that keeps an aggregate at the source: what <see cref="ProbeSpec.Count"/> and its kin give.</summary>
/// <typeparam name="TSnapshot">What reading the aggregate gives.</typeparam>
[JsonConverter(typeof(ProbeSpecJsonConverter))]
public sealed record AggregateSpec<TSnapshot> : ProbeSpec
{
    internal AggregateSpec(ProbeSpec source)
        : base(source)
    {
    }

    /// <inheritdoc cref="ProbeSpec.When"/>
    public new AggregateSpec<TSnapshot> When(Expression<Func<ProbeContext, bool>> condition) => this with { Condition = Narrow(condition) };

    /// <inheritdoc cref="ProbeSpec.Named"/>
    public new AggregateSpec<TSnapshot> Named(string label) => this with { Label = label };

    /// <inheritdoc cref="ProbeSpec.AllowGetters"/>
    public new AggregateSpec<TSnapshot> AllowGetters() => this with { GettersAllowed = true };

    /// <inheritdoc cref="ProbeSpec.Always"/>
    public new AggregateSpec<TSnapshot> Always() => this with { Condition = null };

    /// <inheritdoc cref="ProbeSpec.Sample"/>
    public new AggregateSpec<TSnapshot> Sample(int every) => this with { Limits = Limits with { SampleEvery = every } };

    /// <inheritdoc cref="ProbeSpec.RateLimit"/>
    public new AggregateSpec<TSnapshot> RateLimit(double perSecond) => this with { Limits = Limits with { PerSecond = perSecond } };

    /// <inheritdoc cref="ProbeSpec.HitLimit"/>
    public new AggregateSpec<TSnapshot> HitLimit(long hits) => this with { Limits = Limits with { Hits = hits } };

    /// <inheritdoc cref="ProbeSpec.ExpireAfter"/>
    public new AggregateSpec<TSnapshot> ExpireAfter(TimeSpan time) => this with { Limits = Limits with { Expiry = time } };
}
