using Instrumentation.Aggregations;

namespace Instrumentation;

/// <summary>A snapshot of values: what a <see cref="KeyedTable{TKey, TSnapshot}"/> holds for each key. Closed: those of this library are all there are.</summary>
/// <typeparam name="TSelf">The snapshot itself.</typeparam>
public interface IValueSnapshot<TSelf> : IAggregateSnapshot<TSelf>
    where TSelf : IValueSnapshot<TSelf>
{
    /// <summary>The number of values.</summary>
    long Count { get; }

    /// <summary>The sum of the values; <see cref="long.MaxValue"/> or <see cref="long.MinValue"/> when it has left the 64-bit range.</summary>
    long Sum { get; }

    /// <summary>The titles of <see cref="Figures"/>.</summary>
    internal static abstract IReadOnlyList<string> Titles { get; }

    /// <summary>The numbers as texts, for a line of a table.</summary>
    internal IReadOnlyList<string> Figures { get; }

    /// <summary>Makes the snapshot.</summary>
    /// <param name="reading">The merged numbers.</param>
    /// <returns>The snapshot.</returns>
    internal static abstract TSelf Of(AggregateReading reading);
}
