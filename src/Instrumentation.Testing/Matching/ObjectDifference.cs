using System.Reflection;
using Instrumentation.Testing.Snapshots;
using TypeText = Instrumentation.Expressions.TypeText;

namespace Instrumentation.Testing.Matching;

/// <summary>Says in which fields two objects of one type differ that are not equal.</summary>
internal static class ObjectDifference
{
    private const int Shown = 3;

    /// <summary>The verdict on two objects that are not equal.</summary>
    /// <param name="expected">The object in the test.</param>
    /// <param name="snapshot">The object at the call.</param>
    /// <param name="compare">Compares the values of a field.</param>
    /// <returns>The verdict; null when they are of different types, or of one of .NET, which has a text.</returns>
    public static Verdict? Of(object expected, object snapshot, Func<object?, object?, Verdict> compare)
    {
        Type type = expected.GetType();
        if (snapshot.GetType() != type || type.IsEnum || FrameworkTypes.Contains(type))
        {
            return null;
        }

        (string Name, FieldInfo Field)[] fields = InstanceFields.ShownOf(type);
        string[] differing =
        [
            .. fields.Select(field => (field.Name, Verdict: compare(field.Field.GetValue(expected), field.Field.GetValue(snapshot))))
                .Where(static field => field.Verdict.Answer == Answer.No)
                .Select(static field => $"{field.Name} {field.Verdict.Why}"),
        ];
        if (differing.Length > 0)
        {
            return Verdict.No(() => $"differs: {string.Join(", ", differing.Take(Shown))}{(differing.Length > Shown ? $", and {differing.Length - Shown} more" : string.Empty)}", (double)differing.Length / fields.Length);
        }

        string name = TypeText.Of(type);
        bool hasEquality = type.GetMethod(nameof(Equals), [typeof(object)])?.DeclaringType is { } declaring && declaring != typeof(object) && declaring != typeof(ValueType);
        return Verdict.No(
            () => $"is another {name} that holds the same, and {(hasEquality ? $"{name}.Equals says that they differ" : $"{name} does not compare by value")}: Arg.Is<{name}>(predicate) looks into it",
            0.1);
    }
}
