using System.Linq.Expressions;
using Instrumentation.Aggregations;
using Instrumentation.Expressions;

namespace Instrumentation;

/// <summary>Makes aggregations from lambdas, and checks that their parts mean something.</summary>
internal static class AggregationFactory
{
    /// <summary>The most distinct keys of a keyed aggregation.</summary>
    public const int MaximumCapacity = 65536;

    /// <summary>The distinct stacks of a profile that does not say it.</summary>
    public const int DefaultStacks = 8192;

    /// <summary>The most buckets of a linear histogram.</summary>
    public const int MaximumBuckets = 1024;

    /// <summary>An aggregation by key.</summary>
    /// <typeparam name="TKey">The key's type.</typeparam>
    /// <param name="key">The lambda that gives the key.</param>
    /// <param name="inner">What is kept for each key.</param>
    /// <param name="capacity">The most distinct keys per thread.</param>
    /// <returns>The aggregation.</returns>
    public static KeyedAggregation By<TKey>(Expression<Func<ProbeContext, TKey>> key, AggregationSpec inner, int capacity)
    {
        ProbeExpression translated = LambdaTranslator.Translate(key);
        if (!IsKey(translated.Type))
        {
            throw LambdaErrors.Of(
                key.Body,
                $"a {TypeText.Of(translated.Type)} cannot be the key of an aggregation.",
                "Use an integer, bool, char, enum, string or c.Caller; for anything else, capture it and aggregate where the events are read.");
        }

        Check(capacity is >= 1 and <= MaximumCapacity, nameof(capacity), capacity, $"A keyed aggregation keeps 1 to {MaximumCapacity} distinct keys: give a capacity in that range.");
        KeyedAggregation table = new(translated, inner, capacity);
        Check(
            AggregationLayout.BytesFor(table) <= AggregationLayout.MaximumBytes,
            nameof(capacity),
            capacity,
            $"The table would take {AggregationLayout.BytesFor(table)} bytes on each thread, and at most {AggregationLayout.MaximumBytes} are kept: give a smaller capacity, or fewer buckets.");
        return table;
    }

    /// <summary>Whether values of a type can be keys.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True for integers, bool, char, enums, strings and code addresses.</returns>
    public static bool IsKey(Type type) =>
        ExpressionTypes.IsInteger(type) || type.IsEnum || type == typeof(bool) || type == typeof(char) || type == typeof(CodeAddress) || type == typeof(string);

    /// <summary>Whether values of a type can be added up and compared.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True for integers and durations.</returns>
    public static bool IsMeasure(Type type) => ExpressionTypes.IsInteger(type) || type == typeof(TimeSpan);

    /// <summary>A value that is added up.</summary>
    /// <param name="value">The lambda that gives it.</param>
    /// <returns>The value, an integer or a duration.</returns>
    public static ProbeExpression Measure(LambdaExpression value)
    {
        ProbeExpression translated = LambdaTranslator.Translate(value);
        return IsMeasure(translated.Type)
            ? translated
            : throw LambdaErrors.Of(value.Body, $"a {TypeText.Of(translated.Type)} cannot be added up.", "Use an integer or a TimeSpan; cast fractions to long after scaling them.");
    }

    /// <summary>A sum.</summary>
    /// <typeparam name="TValue">The value's type.</typeparam>
    /// <param name="value">The lambda that gives the value.</param>
    /// <returns>The aggregation.</returns>
    public static SumAggregation Sum<TValue>(Expression<Func<ProbeContext, TValue>> value) => new(Measure(value));

    /// <summary>A summary.</summary>
    /// <typeparam name="TValue">The value's type.</typeparam>
    /// <param name="value">The lambda that gives the value.</param>
    /// <returns>The aggregation.</returns>
    public static SummaryAggregation Summary<TValue>(Expression<Func<ProbeContext, TValue>> value) => new(Measure(value));

    /// <summary>A histogram with a bucket per power of two.</summary>
    /// <typeparam name="TValue">The value's type.</typeparam>
    /// <param name="value">The lambda that gives the value.</param>
    /// <returns>The aggregation.</returns>
    public static Log2HistogramAggregation Log2<TValue>(Expression<Func<ProbeContext, TValue>> value) => new(Measure(value));

    /// <summary>A histogram with equal buckets.</summary>
    /// <typeparam name="TValue">The value's type.</typeparam>
    /// <param name="value">The lambda that gives the value.</param>
    /// <param name="minimum">The lower bound of the first bucket.</param>
    /// <param name="width">The width of a bucket.</param>
    /// <param name="buckets">The number of buckets.</param>
    /// <returns>The aggregation, its bounds in nanoseconds when the value is a duration.</returns>
    public static LinearHistogramAggregation Linear<TValue>(Expression<Func<ProbeContext, TValue>> value, TValue minimum, TValue width, int buckets)
        where TValue : struct
    {
        ProbeExpression measured = Measure(value);
        long least = Bound(minimum, nameof(minimum));
        long step = Bound(width, nameof(width));
        Check(step > 0, nameof(width), width, "A bucket is wider than zero: give a positive width.");
        Check(
            buckets is >= 1 and <= MaximumBuckets,
            nameof(buckets),
            buckets,
            $"A linear histogram has 1 to {MaximumBuckets} buckets: give a number in that range, and a greater width for a wider histogram.");
        Check((Int128)least + (Int128)step * buckets <= long.MaxValue, nameof(width), width, "The last bucket ends beyond the greatest 64-bit integer: give a smaller width or fewer buckets.");
        return new(measured, least, step, buckets);
    }

    private static long Bound<TValue>(TValue bound, string name)
        where TValue : struct
    {
        switch (bound)
        {
            case TimeSpan duration:
                return Durations.Of(duration);
            case ulong or nuint:
                ulong number = bound is nuint wide ? wide : (ulong)(object)bound;
                Check(number <= long.MaxValue, name, bound, "Bounds lie within 64-bit signed integers: give a smaller one.");
                return (long)number;
            case nint native:
                return native;
            default:
                return Convert.ToInt64(bound, System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Refuses a value out of its range.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="holds">Whether it is in its range.</param>
    /// <param name="name">The parameter's name.</param>
    /// <param name="value">The value.</param>
    /// <param name="message">What the range is.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static void Check<T>(bool holds, string name, T value, string message)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, message);
        }
    }
}
