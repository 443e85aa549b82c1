using Instrumentation.Expressions;

namespace Instrumentation.Backends;

/// <summary>An argument that hits of a point have.</summary>
/// <param name="Name">Its name, as expressions ask for it: <c>c.Arg&lt;int&gt;("name")</c>. Case matters.</param>
/// <param name="Type">Its type: an integer, float, double, bool, char, enum, <see cref="TimeSpan"/> or string.</param>
public sealed record HitArgument(string Name, Type Type);

/// <summary>What hits of a point have besides time, thread and place.</summary>
/// <param name="Arguments">The arguments, in the order in which they are reported. When a spec captures and aggregates nothing, its events have all of them as fields, each by its name with a capital.</param>
/// <param name="HasDuration">Whether hits are calls that take a time, reported by <see cref="ProbeSink.ReportCall"/>: only then can expressions ask for it.</param>
public sealed record HitShape(IReadOnlyList<HitArgument> Arguments, bool HasDuration = false)
{
    /// <summary>The shape of hits that have nothing but time, thread and place.</summary>
    public static HitShape Empty { get; } = new([]);

    /// <summary>What events have when the spec says nothing.</summary>
    internal CaptureShape? DefaultCapture => Arguments.Count is 0 or > CaptureShape.MaximumFields
        ? null
        : new([.. Arguments.Select(static (argument, index) => new CaptureField(char.ToUpperInvariant(argument.Name[0]) + argument.Name[1..], new ArgumentExpression(index, null, argument.Type)))], null);

    /// <summary>Checks that every argument has a name of its own and a type that hits can hold.</summary>
    /// <returns>What is wrong, in words; null when nothing is.</returns>
    internal string? Flaw()
    {
        if (Arguments?.All(static argument => argument is { Type: not null }) != true)
        {
            return "the arguments, or one of them or its type, are null.";
        }

        HashSet<string> names = [];
        foreach (HitArgument argument in Arguments)
        {
            if (string.IsNullOrWhiteSpace(argument.Name) || !names.Add(argument.Name))
            {
                return $"two arguments are named '{argument.Name}', or one has no name.";
            }

            if (!IsUsable(argument.Type))
            {
                return $"the argument '{argument.Name}' is a {TypeText.Of(argument.Type)}, and hits hold numbers, bools, chars, enums, durations and strings.";
            }
        }

        return null;
    }

    /// <summary>Whether hits can hold values of a type.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True when they can.</returns>
    internal static bool IsUsable(Type type) => type == typeof(string) || (ExpressionTypes.IsPrimitive(type) && type != typeof(CodeAddress));
}
