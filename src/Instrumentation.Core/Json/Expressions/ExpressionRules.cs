using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>Why a node means nothing, and what to write instead.</summary>
/// <param name="Why">Why.</param>
/// <param name="Mend">What to write.</param>
internal readonly record struct BrokenRule(string Why, string Mend);

/// <summary>Whether the parts of a node have types that go together: the same when written and when read, so that what is written can be read.</summary>
internal static class ExpressionRules
{
    private const string ReadParts = "Read a field of it: {\"path\":\"_name\",\"of\":a,\"type\":\"string\"}.";

    /// <summary>Checks one node; its parts are checked already.</summary>
    /// <param name="node">The node.</param>
    /// <returns>What is wrong, or null.</returns>
    public static BrokenRule? Check(ProbeExpression node) => node switch
    {
        UnaryExpression unary => Unary(unary),
        BinaryExpression binary => Binary(binary),
        StringTestExpression test when test.Target.Type != typeof(string) || test.Argument.Type != typeof(string) =>
            new($"it tests a {TypeText.Of(test.Target.Type)} against a {TypeText.Of(test.Argument.Type)}.", "Both are strings."),
        ConvertExpression convert when !CanConvert(convert.Operand.Type, convert.Type) =>
            new($"a {TypeText.Of(convert.Operand.Type)} cannot be converted to {TypeText.Of(convert.Type)} in a probe.", "Numbers convert to numbers, objects to classes and values."),
        TypeTestExpression test when test.Operand.Type.IsValueType || Nullable.GetUnderlyingType(test.TestedType) is not null =>
            new($"a {TypeText.Of(test.Operand.Type)} cannot be tested for {TypeText.Of(test.TestedType)}.", "Test objects, for a type that is not nullable."),
        TypeNameExpression name when name.Operand.Type.IsValueType => new($"a {TypeText.Of(name.Operand.Type)} is a value, whose type is known.", "Ask objects only for their type."),
        ConditionalExpression choice => Conditional(choice),
        ArgumentExpression argument when !IsArgument(argument) =>
            new("an argument has a position from 0, or a name.", "Give one of them."),
        MemberExpression member when string.IsNullOrWhiteSpace(member.Name) => new("the member has no name.", "Name it."),
        PathExpression path => CheckPath(path.Path),
        MemoryExpression memory when !ExpressionTypes.IsWide(ExpressionTypes.NumberOf(memory.Address.Type)) =>
            new($"a {TypeText.Of(memory.Address.Type)} is no address.", "Give a number of 64 bits, for example {\"arg\":0,\"type\":\"nint\"}."),
        KernelPathExpression path when string.IsNullOrWhiteSpace(path.Path) => new("the path is empty.", "Write it as C does, for example \"task->real_parent->tgid\"."),
        MemoryExpression or KernelPathExpression when !ExpressionTypes.IsReadable(node.Type) =>
            new($"memory cannot be read as a {TypeText.Of(node.Type)}.", "Read numbers, bools, chars, enums, addresses and strings, each by itself."),
        _ => null,
    };

    /// <summary>Checks a condition.</summary>
    /// <param name="condition">The condition.</param>
    /// <returns>What is wrong, or null.</returns>
    public static BrokenRule? CheckCondition(ProbeExpression condition) => condition.Type == typeof(bool)
        ? null
        : new($"a condition is a bool, and this is a {TypeText.Of(condition.Type)}.", "Compare it: {\">\":[a, 10]}.");

    /// <summary>Checks a path of fields.</summary>
    /// <param name="path">The path.</param>
    /// <returns>What is wrong, or null.</returns>
    public static BrokenRule? CheckPath(string path)
    {
        try
        {
            PathStep.Split(path);
            return null;
        }
        catch (ExpressionException error)
        {
            return new(error.Why, error.Mend);
        }
    }

    private static bool IsArgument(ArgumentExpression argument) =>
        argument.Name is null ? argument.Index >= 0 : argument.Index == -1 && !string.IsNullOrWhiteSpace(argument.Name);

    private static BrokenRule? Unary(UnaryExpression unary)
    {
        Type operand = unary.Operand.Type;
        TypeCode number = ExpressionTypes.NumberOf(operand);
        bool allowed = unary.Type == OperatorRules.ResultOf(unary.Operator, operand) && unary.Operator switch
        {
            UnaryOperator.Not => operand == typeof(bool),
            UnaryOperator.Negate => number != TypeCode.Empty || operand == typeof(TimeSpan),
            UnaryOperator.Complement => number != TypeCode.Empty && !ExpressionTypes.IsFloating(number),
            UnaryOperator.StringLength => operand == typeof(string),
            UnaryOperator.ArrayLength => operand.IsArray,
            UnaryOperator.TotalMilliseconds or UnaryOperator.TotalMicroseconds or UnaryOperator.TotalSeconds or UnaryOperator.Ticks => operand == typeof(TimeSpan),
            _ => false,
        };
        string mend = unary.Operator switch
        {
            UnaryOperator.Not => "Give a bool.",
            UnaryOperator.Negate or UnaryOperator.Complement => "Give a number.",
            UnaryOperator.StringLength or UnaryOperator.ArrayLength => "Give a string or an array; the count of a collection is a field or property of it.",
            _ => "Give a duration.",
        };
        return allowed ? null : new($"'{OperatorNames.Of(unary.Operator)}' of a {TypeText.Of(operand)} cannot be computed in a probe.", mend);
    }

    private static BrokenRule? Binary(BinaryExpression binary)
    {
        (Type left, Type right) = (binary.Left.Type, binary.Right.Type);
        if (OperatorRules.Allows(binary.Operator, left, right) && Enum.IsDefined(binary.Operator) && binary.Type == OperatorRules.ResultOf(binary.Operator, left))
        {
            return null;
        }

        bool numbers = ExpressionTypes.NumberOf(left) != TypeCode.Empty && ExpressionTypes.NumberOf(right) != TypeCode.Empty;
        return new(
            $"the operator '{OperatorNames.Of(binary.Operator)}' on {TypeText.Of(left)} and {TypeText.Of(right)} cannot be computed in a probe.",
            numbers && left != right ? "Both sides have one type: convert one, {\"convert\":a,\"type\":\"long\"}." : ReadParts);
    }

    private static BrokenRule? Conditional(ConditionalExpression choice)
    {
        if (choice.Test.Type != typeof(bool))
        {
            return new($"a choice is made by a bool, and this is a {TypeText.Of(choice.Test.Type)}.", "Compare it: {\">\":[a, 10]}.");
        }

        return choice.WhenTrue.Type == choice.Type && choice.WhenFalse.Type == choice.Type
            ? null
            : new($"it chooses between a {TypeText.Of(choice.WhenTrue.Type)} and a {TypeText.Of(choice.WhenFalse.Type)}.", "Both have one type: convert one, {\"convert\":a,\"type\":\"long\"}.");
    }

    private static bool CanConvert(Type from, Type to) => from == to
        || (ExpressionTypes.NumberOf(from) != TypeCode.Empty && ExpressionTypes.NumberOf(to) != TypeCode.Empty)
        || (from == typeof(CodeAddress) && to == typeof(ulong))
        || (!from.IsValueType && Nullable.GetUnderlyingType(to) is null);
}
