using System.Linq.Expressions;
using System.Text.Json.Serialization;

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
}
