using System.Linq.Expressions;
using Instrumentation.Expressions;

namespace Instrumentation;

/// <content>What is kept at the source instead of events.</content>
public partial record ProbeSpec
{
    /// <summary>Counts hits at the source.</summary>
    /// <returns>The spec of a count.</returns>
    public AggregateSpec<CountSnapshot> Count() => new(this) { Aggregation = new CountAggregation() };

    /// <summary>Counts hits at the source by a key: an integer, bool, char, enum or <see cref="ProbeContext.Caller"/>.</summary>
    /// <typeparam name="TKey">The key's type.</typeparam>
    /// <param name="key">A lambda over the context; it is translated, never run.</param>
    /// <param name="capacity">The most distinct keys per thread, 1 to 65536; hits with further keys are counted as "other".</param>
    /// <returns>The spec of a keyed count.</returns>
    /// <exception cref="ExpressionException">The lambda uses what cannot be translated, or the key's type is not supported.</exception>
    public AggregateSpec<CountTable<TKey>> CountBy<TKey>(Expression<Func<ProbeContext, TKey>> key, int capacity = 1024)
        where TKey : notnull => new(this) { Aggregation = AggregationFactory.By(key, new CountAggregation(), capacity) };

    /// <summary>
    /// Keeps the number and the sum of a value at the source. A sum that leaves the 64-bit range stays at the end that it passed and says so
    /// (<see cref="SumSnapshot.Saturated"/>).
    /// </summary>
    /// <typeparam name="TValue">An integer type, or <see cref="TimeSpan"/> (kept in nanoseconds).</typeparam>
    /// <param name="value">A lambda over the context; it is translated, never run.</param>
    /// <returns>The spec of a sum.</returns>
    /// <exception cref="ExpressionException">The lambda uses what cannot be translated, or the value's type is not supported.</exception>
    public AggregateSpec<SumSnapshot> Sum<TValue>(Expression<Func<ProbeContext, TValue>> value)
        where TValue : struct => new(this) { Aggregation = AggregationFactory.Sum(value) };

    /// <summary>Keeps the number, sum, average, least and greatest of a value at the source.</summary>
    /// <typeparam name="TValue">An integer type, or <see cref="TimeSpan"/> (kept in nanoseconds).</typeparam>
    /// <param name="value">A lambda over the context; it is translated, never run.</param>
    /// <returns>The spec of a summary.</returns>
    /// <exception cref="ExpressionException">The lambda uses what cannot be translated, or the value's type is not supported.</exception>
    public AggregateSpec<SummarySnapshot> Summary<TValue>(Expression<Func<ProbeContext, TValue>> value)
        where TValue : struct => new(this) { Aggregation = AggregationFactory.Summary(value) };

    /// <summary>Keeps the number and the sum of a value at the source for each key.</summary>
    /// <typeparam name="TKey">The key's type: an integer, bool, char, enum or that of <see cref="ProbeContext.Caller"/>.</typeparam>
    /// <typeparam name="TValue">An integer type, or <see cref="TimeSpan"/> (kept in nanoseconds).</typeparam>
    /// <param name="key">A lambda over the context that gives the key; it is translated, never run.</param>
    /// <param name="value">A lambda over the context that gives the value; it is translated, never run.</param>
    /// <param name="capacity">The most distinct keys per thread, 1 to 65536; hits with further keys are aggregated together as "other".</param>
    /// <returns>The spec of a table.</returns>
    /// <exception cref="ExpressionException">A lambda uses what cannot be translated, or a type is not supported.</exception>
    public AggregateSpec<KeyedTable<TKey, SumSnapshot>> SumBy<TKey, TValue>(
        Expression<Func<ProbeContext, TKey>> key,
        Expression<Func<ProbeContext, TValue>> value,
        int capacity = 1024)
        where TKey : notnull
        where TValue : struct => new(this) { Aggregation = AggregationFactory.By(key, AggregationFactory.Sum(value), capacity) };

    /// <summary>Keeps the number, sum, average, least and greatest of a value at the source for each key.</summary>
    /// <typeparam name="TKey">The key's type: an integer, bool, char, enum or that of <see cref="ProbeContext.Caller"/>.</typeparam>
    /// <typeparam name="TValue">An integer type, or <see cref="TimeSpan"/> (kept in nanoseconds).</typeparam>
    /// <param name="key">A lambda over the context that gives the key; it is translated, never run.</param>
    /// <param name="value">A lambda over the context that gives the value; it is translated, never run.</param>
    /// <param name="capacity">The most distinct keys per thread, 1 to 65536; hits with further keys are aggregated together as "other".</param>
    /// <returns>The spec of a table.</returns>
    /// <exception cref="ExpressionException">A lambda uses what cannot be translated, or a type is not supported.</exception>
    public AggregateSpec<KeyedTable<TKey, SummarySnapshot>> SummaryBy<TKey, TValue>(
        Expression<Func<ProbeContext, TKey>> key,
        Expression<Func<ProbeContext, TValue>> value,
        int capacity = 1024)
        where TKey : notnull
        where TValue : struct => new(this) { Aggregation = AggregationFactory.By(key, AggregationFactory.Summary(value), capacity) };

    /// <summary>Keeps a log2 histogram of a value at the source.</summary>
    /// <typeparam name="TValue">An integer type, or <see cref="TimeSpan"/> (kept in nanoseconds).</typeparam>
    /// <param name="value">A lambda over the context; it is translated, never run.</param>
    /// <returns>The spec of a histogram.</returns>
    /// <exception cref="ExpressionException">The lambda uses what cannot be translated, or the value's type is not supported.</exception>
    public AggregateSpec<HistogramSnapshot> Histogram<TValue>(Expression<Func<ProbeContext, TValue>> value)
        where TValue : struct => new(this) { Aggregation = AggregationFactory.Log2(value) };

    /// <summary>Keeps a linear histogram of a value at the source.</summary>
    /// <typeparam name="TValue">An integer type, or <see cref="TimeSpan"/> (kept in nanoseconds).</typeparam>
    /// <param name="value">A lambda over the context; it is translated, never run.</param>
    /// <param name="minimum">The lower bound of the first bucket.</param>
    /// <param name="width">The width of a bucket, more than zero.</param>
    /// <param name="buckets">The number of buckets, 1 to 1024.</param>
    /// <returns>The spec of a histogram.</returns>
    /// <exception cref="ExpressionException">The lambda uses what cannot be translated, or the value's type is not supported.</exception>
    public AggregateSpec<HistogramSnapshot> Histogram<TValue>(Expression<Func<ProbeContext, TValue>> value, TValue minimum, TValue width, int buckets)
        where TValue : struct => new(this) { Aggregation = AggregationFactory.Linear(value, minimum, width, buckets) };

    /// <summary>Keeps a log2 histogram of a value at the source for each key.</summary>
    /// <typeparam name="TKey">The key's type: an integer, bool, char, enum or that of <see cref="ProbeContext.Caller"/>.</typeparam>
    /// <typeparam name="TValue">An integer type, or <see cref="TimeSpan"/> (kept in nanoseconds).</typeparam>
    /// <param name="key">A lambda over the context that gives the key; it is translated, never run.</param>
    /// <param name="value">A lambda over the context that gives the value; it is translated, never run.</param>
    /// <param name="capacity">The most distinct keys per thread, 1 to 65536; hits with further keys are aggregated together as "other".</param>
    /// <returns>The spec of a table.</returns>
    /// <exception cref="ExpressionException">A lambda uses what cannot be translated, or a type is not supported.</exception>
    public AggregateSpec<KeyedTable<TKey, HistogramSnapshot>> HistogramBy<TKey, TValue>(
        Expression<Func<ProbeContext, TKey>> key,
        Expression<Func<ProbeContext, TValue>> value,
        int capacity = 1024)
        where TKey : notnull
        where TValue : struct => new(this) { Aggregation = AggregationFactory.By(key, AggregationFactory.Log2(value), capacity) };

    /// <summary>Keeps a linear histogram of a value at the source for each key.</summary>
    /// <typeparam name="TKey">The key's type: an integer, bool, char, enum or that of <see cref="ProbeContext.Caller"/>.</typeparam>
    /// <typeparam name="TValue">An integer type, or <see cref="TimeSpan"/> (kept in nanoseconds).</typeparam>
    /// <param name="key">A lambda over the context that gives the key; it is translated, never run.</param>
    /// <param name="value">A lambda over the context that gives the value; it is translated, never run.</param>
    /// <param name="minimum">The lower bound of the first bucket.</param>
    /// <param name="width">The width of a bucket, more than zero.</param>
    /// <param name="buckets">The number of buckets, 1 to 1024.</param>
    /// <param name="capacity">The most distinct keys per thread, 1 to 65536; hits with further keys are aggregated together as "other".</param>
    /// <returns>The spec of a table.</returns>
    /// <exception cref="ExpressionException">A lambda uses what cannot be translated, or a type is not supported.</exception>
    public AggregateSpec<KeyedTable<TKey, HistogramSnapshot>> HistogramBy<TKey, TValue>(
        Expression<Func<ProbeContext, TKey>> key,
        Expression<Func<ProbeContext, TValue>> value,
        TValue minimum,
        TValue width,
        int buckets,
        int capacity = 1024)
        where TKey : notnull
        where TValue : struct => new(this) { Aggregation = AggregationFactory.By(key, AggregationFactory.Linear(value, minimum, width, buckets), capacity) };

    /// <summary>Says what reading the aggregate gives, where the spec came as data: <see cref="ProbeSpecJson"/> reads specs without their types.</summary>
    /// <typeparam name="TSnapshot">The snapshot, for example <see cref="CountSnapshot"/>.</typeparam>
    /// <returns>The typed copy.</returns>
    /// <exception cref="SpecException">The spec keeps no aggregate, or one that gives another snapshot.</exception>
    public AggregateSpec<TSnapshot> Reading<TSnapshot>()
        where TSnapshot : IAggregateSnapshot<TSnapshot>
    {
        SpecRules.CheckSnapshot<TSnapshot>(this);
        return new(this);
    }

    /// <summary>Keeps, of the spans that the calls are, a log2 histogram of their durations and what the kernel did for them (<see cref="InstrumentationSession.AccountAsync"/>).</summary>
    /// <returns>The spec of a breakdown, of whole calls as spans.</returns>
    public AggregateSpec<BreakdownSnapshot> Breakdown() => new(AsSpan()) { Aggregation = new BreakdownAggregation(new ContextExpression(ContextValue.Duration, typeof(TimeSpan))) };

    /// <summary>Keeps, of the spans that the calls are, a log2 histogram of their durations and what the kernel did for them, for each key: a route, a tenant, the method (<see cref="ProbeContext.Place"/>).</summary>
    /// <typeparam name="TKey">The key's type: an integer, bool, char, enum, string or that of <see cref="ProbeContext.Caller"/>.</typeparam>
    /// <param name="key">A lambda over the context that gives the key; it is translated, never run.</param>
    /// <param name="capacity">The most distinct keys per thread, 1 to 65536; spans with further keys are taken together as "other".</param>
    /// <returns>The spec of a table, of whole calls as spans.</returns>
    /// <exception cref="ExpressionException">The lambda uses what cannot be translated, or the key's type is not supported.</exception>
    public AggregateSpec<KeyedTable<TKey, BreakdownSnapshot>> BreakdownBy<TKey>(Expression<Func<ProbeContext, TKey>> key, int capacity = 256)
        where TKey : notnull => new(AsSpan()) { Aggregation = AggregationFactory.By(key, new BreakdownAggregation(new ContextExpression(ContextValue.Duration, typeof(TimeSpan))), capacity) };

    /// <summary>
    /// Counts hits by the stack that the thread had, frames of the kernel and of the process, with their names. At samples and points of the kernel and of native
    /// code only. Stacks are walked by frame pointers, which .NET, kernels and many distributions' libraries keep: the direct caller of a function that keeps none is
    /// passed over.
    /// </summary>
    /// <param name="capacity">The most distinct stacks, 1 to 65536; about 2 KB of kernel memory are taken for each.</param>
    /// <returns>The spec of a profile.</returns>
    public AggregateSpec<StackProfile> Stacks(int capacity = AggregationFactory.DefaultStacks)
    {
        AggregationFactory.Check(capacity is >= 1 and <= AggregationFactory.MaximumCapacity, nameof(capacity), capacity, $"A profile keeps 1 to {AggregationFactory.MaximumCapacity} distinct stacks: give a capacity in that range.");
        return new AggregateSpec<StackProfile>(this) { Aggregation = new StackAggregation(capacity) };
    }

    /// <summary>
    /// Counts hits by the stack that the thread had, and adds up a value for each: <c>Probe.OffCpu().StacksBy(c => c.Duration)</c> is an off-CPU flame graph. Points of the
    /// kernel, of native code and samples only.
    /// </summary>
    /// <typeparam name="TValue">An integer type, or <see cref="TimeSpan"/> (kept in nanoseconds).</typeparam>
    /// <param name="weight">A lambda over the context that gives the value; it is translated, never run.</param>
    /// <param name="capacity">The most distinct stacks, 1 to 65536; about 2 KB of kernel memory are taken for each.</param>
    /// <returns>The spec of a profile.</returns>
    /// <exception cref="ExpressionException">The lambda uses what cannot be translated, or the value's type is not supported.</exception>
    public AggregateSpec<StackProfile> StacksBy<TValue>(Expression<Func<ProbeContext, TValue>> weight, int capacity = AggregationFactory.DefaultStacks)
        where TValue : struct
    {
        StackAggregation stacks = (StackAggregation)Stacks(capacity).Aggregation!;
        return new AggregateSpec<StackProfile>(this) { Aggregation = stacks with { Weight = AggregationFactory.Measure(weight) } };
    }
}
