using System.Text;
using Instrumentation.Aggregations;
using Instrumentation.Backends;
using Instrumentation.Events;

namespace Instrumentation;

/// <summary>
/// The stacks at which a probe was hit, named, with the hits of each: a profile. Where a value is added up (<see cref="ProbeSpec.StacksBy"/>), its sums order the stacks and
/// are what tables and folded text show.
/// </summary>
public sealed class StackProfile : IAggregateSnapshot<StackProfile>
{
    private const int NanosecondsInMicrosecond = 1000;

    /// <summary>Makes the snapshot from its parts.</summary>
    /// <param name="stacks">The stacks, in any order.</param>
    /// <param name="lost">Hits without room.</param>
    /// <param name="unit">What the weights are; null when hits are only counted.</param>
    internal StackProfile(IEnumerable<ProfiledStack> stacks, long lost, ValueUnit? unit = null)
    {
        Stacks = [.. stacks.OrderByDescending(static stack => stack.Weight)];
        Lost = lost;
        Unit = unit;
        TotalWeight = Stacks.Sum(static stack => stack.Weight);
        Total = lost + Stacks.Sum(static stack => stack.Count);
    }

    /// <summary>The distinct stacks, the greatest weight first.</summary>
    public IReadOnlyList<ProfiledStack> Stacks { get; }

    /// <summary>Hits with stacks for which the table had no room.</summary>
    public long Lost { get; }

    /// <summary>All hits.</summary>
    public long Total { get; }

    /// <summary>What the weights are; null when they are the hits themselves.</summary>
    public ValueUnit? Unit { get; }

    /// <summary>The weight of all stacks.</summary>
    public long TotalWeight { get; }

    /// <summary>The weight of the hits whose innermost frame has a name, by name, the most first: where the time went.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Self => Sorted(static stack => stack.Frames.Take(1));

    /// <summary>The weight of the hits in whose stack a name occurs, by name, the most first: what the time went through. A recursive function counts once a stack.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Inclusive => Sorted(static stack => stack.Frames);

    /// <summary>
    /// Writes the stacks as folded text, which flame graph tools read: <c>outermost;inner;innermost 42</c>, a line a stack. Frames of the kernel end with
    /// <c>_[k]</c>; with several processes, the process's name is the outermost frame. The numbers are the weights, durations in microseconds.
    /// </summary>
    /// <param name="stream">Takes the UTF-8 text; it is flushed, not disposed. What it throws is thrown.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>The number of lines written.</returns>
    public async Task<long> WriteFoldedAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        long lines = 0;
        foreach (string line in FoldedText.Lines(Stacks, Unit == ValueUnit.Nanoseconds ? NanosecondsInMicrosecond : 1))
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(line), cancellationToken).ConfigureAwait(false);
            lines++;
        }

        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        return lines;
    }

    /// <summary>Writes the stacks as folded text to a file.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>The number of lines written.</returns>
    /// <exception cref="EventFileException">The file cannot be created or written.</exception>
    public async Task<long> WriteFoldedFileAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 65536, useAsync: true);
            await using (file.ConfigureAwait(false))
            {
                return await WriteFoldedAsync(file, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new EventFileException(path, failure);
        }
    }

    /// <summary>A table of the innermost frames, the most first; durations in microseconds.</summary>
    /// <returns>Several lines.</returns>
    public override string ToString() => Unit switch
    {
        null => CountTableText.Draw(Self, Lost, Total),
        ValueUnit.Nanoseconds => CountTableText.Draw(
            [.. Self.Select(static row => KeyValuePair.Create(row.Key, row.Value / NanosecondsInMicrosecond))], 0, TotalWeight / NanosecondsInMicrosecond),
        _ => CountTableText.Draw(Self, 0, TotalWeight),
    };

    /// <inheritdoc/>
    static bool IAggregateSnapshot<StackProfile>.Reads(AggregationSpec? aggregation) => aggregation is StackAggregation;

    /// <inheritdoc/>
    static StackProfile IAggregateSnapshot<StackProfile>.Read(ProbeRuntime runtime) => (runtime.Cells as IStackCells)?.ReadStacks() ?? new StackProfile([], 0);

    private KeyValuePair<string, long>[] Sorted(Func<ProfiledStack, IEnumerable<ProfiledFrame>> select)
    {
        Dictionary<string, long> counts = [];
        foreach (ProfiledStack stack in Stacks)
        {
            foreach (string name in select(stack).Select(static frame => frame.Name).Distinct())
            {
                counts[name] = counts.GetValueOrDefault(name) + stack.Weight;
            }
        }

        return [.. counts.OrderByDescending(static row => row.Value)];
    }
}
