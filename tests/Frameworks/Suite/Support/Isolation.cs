using System.Text;
using System.Text.RegularExpressions;

namespace Instrumentation.Frameworks.Support;

/// <summary>Finds calls of other cases among those that a case has recorded.</summary>
internal static partial class Isolation
{
    /// <summary>Demands that all that was recorded is the case's own.</summary>
    /// <param name="calls">What was recorded.</param>
    /// <param name="owner">The case.</param>
    /// <exception cref="InvalidOperationException">Something belongs to another case.</exception>
    public static void Demand(CallRecorder calls, Case owner)
    {
        foreach (RecordedCall call in calls.Calls)
        {
            if (call.Arguments.Append(call.Result).Append(call.Exception?.Message).Select(static value => ForeignTo(value)).FirstOrDefault(number => number is not null && number != owner.Number) is { } other)
            {
                throw new InvalidOperationException($"{call.Name} of case {other} was recorded by case {owner.Number}.");
            }
        }
    }

    /// <summary>The number of the case that a value belongs to, or null where it does not say.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The number.</returns>
    private static int? ForeignTo(object? value)
    {
        string? text = value switch
        {
            string own => own,
            byte[] bytes => Encoding.UTF8.GetString(bytes),
            IEnumerable<string> several => string.Join(' ', several),
            _ => value?.ToString(),
        };
        return text is not null && Mark().Match(text) is { Success: true } mark ? int.Parse(mark.Groups[1].ValueSpan, provider: null) : null;
    }

    [GeneratedRegex("~([0-9]+)~")]
    private static partial Regex Mark();
}
