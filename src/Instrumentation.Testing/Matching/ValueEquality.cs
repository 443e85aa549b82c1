using System.Globalization;
using Instrumentation.Expressions;
using Instrumentation.Testing.Messages;

namespace Instrumentation.Testing.Matching;

/// <summary>
/// Whether a recorded value equals one that a test names: by its <see cref="object.Equals(object)"/>, collections element by element; where neither says so, the program's own object
/// is still the one that was named.
/// </summary>
internal static class ValueEquality
{
    // Deeper than that only collections go that hold themselves.
    private const int MaximumDepth = 16;

    /// <summary>Compares.</summary>
    /// <param name="expected">The value in the test.</param>
    /// <param name="snapshot">The value as it was at the call.</param>
    /// <param name="original">The program's own object.</param>
    /// <returns>The verdict.</returns>
    public static Verdict Compare(object? expected, object? snapshot, object? original)
    {
        try
        {
            return Compare(expected, snapshot, original, 0);
        }
        catch (Exception error)
        {
            // A collection of the program's own, whose code ran to read it.
            return Verdict.Unknown($"is {Values.Text(snapshot)}: comparing it threw {TypeText.Of(error.GetType())}: {error.Message}");
        }
    }

    private static Verdict Compare(object? expected, object? snapshot, object? original, int depth)
    {
        if (expected is null || snapshot is null)
        {
            return ReferenceEquals(expected, snapshot) ? Verdict.Yes : Differs(expected, snapshot);
        }

        if (snapshot is UnkeptValue)
        {
            return Verdict.Unknown($"could not be kept {snapshot}");
        }

        // What was not copied cannot have changed, or was not to be touched.
        if (ReferenceEquals(snapshot, original) && ReferenceEquals(expected, original))
        {
            return Verdict.Yes;
        }

        try
        {
            if (expected.Equals(snapshot) || SameNumber(expected, snapshot))
            {
                return Verdict.Yes;
            }
        }
        catch (Exception error)
        {
            // Equals of the program's type: what it throws must not end the test without saying where.
            return Verdict.Unknown($"is {Values.Text(snapshot)}: {TypeText.Of(expected.GetType())}.Equals threw {TypeText.Of(error.GetType())}: {error.Message}");
        }

        if (expected is string text && snapshot is string other)
        {
            return StringDifference.Of(text, other);
        }

        if (depth < MaximumDepth && Collections.PairsOf(expected) is { } wantedPairs && Collections.PairsOf(snapshot) is { } seenPairs)
        {
            return OfSameCollection(ByKey(wantedPairs, seenPairs, snapshot, depth), expected, snapshot, original);
        }

        if (depth < MaximumDepth && Collections.ElementsOf(expected) is { } wanted && Collections.ElementsOf(snapshot) is { } seen)
        {
            Verdict elements = Collections.HaveOrder(expected) && Collections.HaveOrder(snapshot) ? InOrder(wanted, seen, snapshot, original, depth) : InAnyOrder(wanted, seen, snapshot, depth);
            return OfSameCollection(elements, expected, snapshot, original);
        }

        return ReferenceEquals(expected, original) ? Verdict.Yes
            : depth < MaximumDepth && ObjectDifference.Of(expected, snapshot, (wanted, seen) => Compare(wanted, seen, seen, depth + 1)) is { } difference ? difference
            : Differs(expected, snapshot);
    }

    private static Verdict InOrder(object?[] expected, object?[] seen, object snapshot, object? original, int depth)
    {
        object?[]? originals = original is null ? null : Collections.ElementsOf(original);
        for (int i = 0; i < Math.Min(expected.Length, seen.Length); i++)
        {
            object? own = originals?.Length == seen.Length ? originals[i] : seen[i];
            Verdict verdict = Compare(expected[i], seen[i], own, depth + 1);
            if (verdict.Answer != Answer.Yes)
            {
                int place = i;
                return verdict.Saying(why => $"[{place.ToString(CultureInfo.InvariantCulture)}] {why}");
            }
        }

        return expected.Length == seen.Length ? Verdict.Yes : Verdict.No(() => $"has {Elements(seen.Length)}, not {expected.Length}: {Values.Text(snapshot)}", 0.5);
    }

    private static Verdict InAnyOrder(object?[] expected, object?[] seen, object snapshot, int depth)
    {
        List<object?> rest = [.. seen];
        foreach (object? element in expected)
        {
            int place = rest.FindIndex(other => Compare(element, other, other, depth + 1).Answer == Answer.Yes);
            if (place < 0)
            {
                return Verdict.No(() => $"has no {Values.Text(element)}: {Values.Text(snapshot)}");
            }

            rest.RemoveAt(place);
        }

        return rest.Count == 0 ? Verdict.Yes : Verdict.No(() => $"has {Values.Text(rest[0])} besides: {Values.Text(snapshot)}", 0.5);
    }

    private static Verdict ByKey(IReadOnlyList<(object? Key, object? Value)> expected, IReadOnlyList<(object? Key, object? Value)> seen, object snapshot, int depth)
    {
        List<(object? Key, object? Value)> rest = [.. seen];
        foreach ((object? key, object? value) in expected)
        {
            int place = rest.FindIndex(pair => Compare(key, pair.Key, pair.Key, depth + 1).Answer == Answer.Yes);
            if (place < 0)
            {
                return Verdict.No(() => $"has no [{Values.Text(key)}]: {Values.Text(snapshot)}");
            }

            if (Compare(value, rest[place].Value, rest[place].Value, depth + 1) is { Answer: not Answer.Yes } verdict)
            {
                return verdict.Saying(why => $"[{Values.Text(key)}] {why}");
            }

            rest.RemoveAt(place);
        }

        return rest.Count == 0 ? Verdict.Yes : Verdict.No(() => $"has [{Values.Text(rest[0].Key)}] besides: {Values.Text(snapshot)}", 0.5);
    }

    private static Verdict OfSameCollection(Verdict verdict, object expected, object snapshot, object? original) => verdict.Answer != Answer.Yes && ReferenceEquals(expected, original)
        ? verdict.Saying(why => $"is the same object, but it was {Values.Text(snapshot)} at the call and has changed since (Arg.Same asks for the object alone)")
        : verdict;

    private static string Elements(int count) => count == 1 ? "1 element" : $"{count} elements";

    // A number that reflection was given, or that was widened on its way to the parameter.
    private static bool SameNumber(object expected, object snapshot)
    {
        if (expected.GetType() == snapshot.GetType() || !IsNumber(expected) || !IsNumber(snapshot))
        {
            return false;
        }

        return expected is float or double || snapshot is float or double
            ? Convert.ToDouble(expected, CultureInfo.InvariantCulture).Equals(Convert.ToDouble(snapshot, CultureInfo.InvariantCulture))
            : Convert.ToDecimal(expected, CultureInfo.InvariantCulture) == Convert.ToDecimal(snapshot, CultureInfo.InvariantCulture);
    }

    private static double DistanceOf(object expected, object snapshot)
    {
        if (!IsNumber(expected) || !IsNumber(snapshot))
        {
            return 1;
        }

        double wanted = Convert.ToDouble(expected, CultureInfo.InvariantCulture);
        double seen = Convert.ToDouble(snapshot, CultureInfo.InvariantCulture);
        double distance = Math.Abs(wanted - seen) / (Math.Abs(wanted) + Math.Abs(seen));
        return double.IsFinite(distance) ? Math.Min(1, distance) : 1;
    }

    private static bool IsNumber(object value) => value is byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal;

    private static Verdict Differs(object? expected, object? snapshot) => Verdict.No(() => TextOf(expected, snapshot), expected is null || snapshot is null ? 1 : DistanceOf(expected, snapshot));

    private static string TextOf(object? expected, object? snapshot)
    {
        string seen = Values.Text(snapshot);
        string wanted = Values.Text(expected);
        return !string.Equals(seen, wanted, StringComparison.Ordinal) || expected is null || snapshot is null ? $"is {seen}, not {wanted}"
            : expected.GetType() == snapshot.GetType() ? $"is another {TypeText.Of(snapshot.GetType())}, which does not equal that"
            : $"is {seen} of type {TypeText.Of(snapshot.GetType())}, not {TypeText.Of(expected.GetType())}";
    }
}
