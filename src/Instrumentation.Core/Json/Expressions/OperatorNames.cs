using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>The names of operators.</summary>
internal static class OperatorNames
{
    private static readonly Dictionary<string, UnaryOperator> Unary = new(StringComparer.Ordinal)
    {
        ["not"] = UnaryOperator.Not,
        ["negate"] = UnaryOperator.Negate,
        ["complement"] = UnaryOperator.Complement,
        ["length"] = UnaryOperator.StringLength,
        ["totalMilliseconds"] = UnaryOperator.TotalMilliseconds,
        ["totalMicroseconds"] = UnaryOperator.TotalMicroseconds,
        ["totalSeconds"] = UnaryOperator.TotalSeconds,
        ["totalTicks"] = UnaryOperator.Ticks,
    };

    private static readonly Dictionary<string, BinaryOperator> Binary = Enum.GetValues<BinaryOperator>().ToDictionary(Of, StringComparer.Ordinal);

    private static readonly Dictionary<string, StringTest> Tests = new(StringComparer.Ordinal)
    {
        ["startsWith"] = StringTest.StartsWith,
        ["endsWith"] = StringTest.EndsWith,
        ["contains"] = StringTest.Contains,
    };

    /// <summary>All names of operators on one operand, on two, and of tests of strings.</summary>
    public static IEnumerable<string> All => [.. Unary.Keys, .. Binary.Keys, .. Tests.Keys];

    /// <summary>The operator on one operand with a name; for <c>length</c>, that of strings.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The operator, or null.</returns>
    public static UnaryOperator? FindUnary(string name) => Unary.TryGetValue(name, out UnaryOperator operation) ? operation : null;

    /// <summary>The operator on two operands with a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The operator, or null.</returns>
    public static BinaryOperator? FindBinary(string name) => Binary.TryGetValue(name, out BinaryOperator operation) ? operation : null;

    /// <summary>The test of strings with a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The test, or null.</returns>
    public static StringTest? FindTest(string name) => Tests.TryGetValue(name, out StringTest test) ? test : null;

    /// <summary>An operator's name.</summary>
    /// <param name="operation">The operator.</param>
    /// <returns>The name: that of C#, but words for the logical ones; null for a value that is no operator.</returns>
    public static string? Of(UnaryOperator operation) =>
        Unary.FirstOrDefault(pair => pair.Value == (operation == UnaryOperator.ArrayLength ? UnaryOperator.StringLength : operation)).Key;

    /// <summary>An operator's name.</summary>
    /// <param name="operation">The operator.</param>
    /// <returns>The name: that of C#, but words for the logical ones.</returns>
    public static string Of(BinaryOperator operation) => operation switch
    {
        BinaryOperator.AndAlso => "and",
        BinaryOperator.OrElse => "or",
        _ => OperatorText.Of(operation),
    };

    /// <summary>A test's name.</summary>
    /// <param name="test">The test.</param>
    /// <returns>The name; null for a value that is no test.</returns>
    public static string? Of(StringTest test) => Tests.FirstOrDefault(pair => pair.Value == test).Key;
}
