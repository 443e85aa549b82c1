using System.Globalization;
using Instrumentation;

namespace Control;

/// <summary>What the slow calls have in common, and the fast ones have not.</summary>
/// <param name="Words">In words, for example <c>customer = 17</c>.</param>
/// <param name="OfSlow">The part of the slow calls' time that it holds for.</param>
/// <param name="OfFast">The part of the fast calls that it holds for.</param>
internal sealed record Pattern(string Words, double OfSlow, double OfFast)
{
    private const double Good = 0.5;
    private const double Stray = 0.03;

    /// <summary>How well it tells slow from fast.</summary>
    public double Score => OfSlow - OfFast;

    /// <summary>Finds the one that tells best: an argument that has a value, or is as large as a bound or larger.</summary>
    /// <param name="slow">The slow calls.</param>
    /// <param name="fast">The fast calls.</param>
    /// <returns>The pattern; null when no argument tells.</returns>
    public static Pattern? Find(IReadOnlyList<ProbeEvent> slow, IReadOnlyList<ProbeEvent> fast)
    {
        List<Pattern> all = [];
        foreach (string field in slow[0].Fields.Select(static field => field.Key).Where(static name => name != ArgumentCapture.Caller))
        {
            foreach (object? value in slow.Select(one => one.Fields[field]).Distinct().Take(50))
            {
                all.Add(Of(string.Create(CultureInfo.InvariantCulture, $"{field} = {value}"), one => Equals(one.Fields[field], value)));
            }

            (long Value, double Time)[] numbers = [.. slow.Select(one => (Number(one.Fields[field]), one.Duration.TotalMilliseconds)).Where(static one => one.Item1 is not null).Select(static one => (one.Item1!.Value, one.TotalMilliseconds)).Order()];
            if (numbers.Length > 0)
            {
                long least = Bound(numbers);
                long most = Bound(numbers.Reverse());
                all.Add(Of(string.Create(CultureInfo.InvariantCulture, $"{field} >= {least}"), one => Number(one.Fields[field]) >= least));
                all.Add(Of(string.Create(CultureInfo.InvariantCulture, $"{field} <= {most}"), one => Number(one.Fields[field]) <= most));
            }
        }

        // Of two that tell as well the one that says more: a value rather than a bound.
        return all.Where(static one => one.Score >= Good).OrderByDescending(static one => Math.Round(one.Score, 2)).ThenBy(static one => one.Words.Contains(" = ") ? 0 : 1).FirstOrDefault();

        Pattern Of(string words, Func<ProbeEvent, bool> holds) => new(words, Share(slow, holds, static one => one.Duration.TotalMilliseconds), Share(fast, holds, static _ => 1));
    }

    private static double Share(IReadOnlyList<ProbeEvent> calls, Func<ProbeEvent, bool> holds, Func<ProbeEvent, double> weight) =>
        calls.Count == 0 ? 0 : calls.Where(holds).Sum(weight) / calls.Sum(weight);

    // Beyond it lies nearly all of the time: calls that something else held up do not move it.
    private static long Bound(IEnumerable<(long Value, double Time)> numbers)
    {
        double left = numbers.Sum(static one => one.Time) * Stray;
        return numbers.First(one => (left -= one.Time) <= 0).Value;
    }

    private static long? Number(object? value) => value switch
    {
        int number => number,
        long number => number,
        _ => null,
    };
}
