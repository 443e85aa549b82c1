using System.Globalization;
using Instrumentation.Expressions;
using Instrumentation.Testing.Messages;

namespace Instrumentation.Testing.Matching;

/// <summary>A value for which a predicate holds.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
/// <param name="predicate">The predicate.</param>
/// <param name="source">The predicate as the test wrote it.</param>
/// <param name="captured">The values of the variables in it, or nothing.</param>
/// <param name="expected">What it is to give.</param>
internal sealed class PredicateArgument<T>(Func<T, bool> predicate, string source, string captured, bool expected) : ArgumentPattern
{
    /// <inheritdoc/>
    public override string Text => $"Arg.{(expected ? "Is" : "Not")}<{TypeText.Of(typeof(T))}>({source})";

    /// <inheritdoc/>
    public override Verdict Judge(object? snapshot, object? original)
    {
        if (Unkept(snapshot) is { } unkept)
        {
            return unkept;
        }

        if (!Convert(snapshot, out T value))
        {
            return Verdict.No(() => snapshot is null ? "is null" : $"is of type {TypeText.Of(snapshot.GetType())}, not {TypeText.Of(typeof(T))}");
        }

        try
        {
            return predicate(value) == expected ? Verdict.Yes : Verdict.No(() => $"is {Values.Text(snapshot)}: {source} is {(expected ? "false" : "true")}{captured}");
        }
        catch (Exception error)
        {
            // Whether the call is one of those that are asked for is not known, and the assertion says so.
            return Verdict.Unknown($"is {Values.Text(snapshot)}: {source} threw {TypeText.Of(error.GetType())}: {error.Message}{captured}");
        }
    }

    // A number may have been widened on its way to the parameter.
    private static bool Convert(object? snapshot, out T value)
    {
        switch (snapshot)
        {
            case T exact:
                value = exact;
                return true;
            case null:
                value = default!;
                return HasNull(typeof(T));
            case IConvertible number when number.GetType().IsPrimitive && typeof(T).IsPrimitive:
                try
                {
                    value = (T)System.Convert.ChangeType(number, typeof(T), CultureInfo.InvariantCulture);
                    return true;
                }
                catch (Exception error) when (error is OverflowException or InvalidCastException)
                {
                    break;
                }
        }

        value = default!;
        return false;
    }
}
