using System.Text.Json;
using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>Reads expressions: scalars here, objects by the property that says what they are.</summary>
internal static class ExpressionReader
{
    /// <summary>Reads an expression.</summary>
    /// <param name="item">The expression.</param>
    /// <param name="depth">How many expressions it is inside of, and itself.</param>
    /// <param name="expected">The type that a scalar has here; null where nothing says one.</param>
    /// <returns>The expression, its types checked.</returns>
    public static ProbeExpression Read(JsonItem item, int depth = 1, Type? expected = null)
    {
        if (depth > JsonLimits.Nodes)
        {
            throw item.Error(JsonLimits.TooDeep, JsonLimits.TooDeepMend);
        }

        ProbeExpression expression = item.Kind switch
        {
            JsonValueKind.Object => OfObject(item, depth, expected),
            JsonValueKind.Array => throw item.Error("an array is no expression.", "Write the operator around it: {\"+\":[a, b]}."),
            _ => ScalarReader.Read(item, expected),
        };
        return ExpressionRules.Check(expression) is { } broken ? throw item.Error(broken.Why, broken.Mend) : expression;
    }

    /// <summary>Reads a condition.</summary>
    /// <param name="item">The condition.</param>
    /// <returns>The expression, a bool.</returns>
    public static ProbeExpression ReadCondition(JsonItem item)
    {
        ProbeExpression condition = Read(item, expected: typeof(bool));
        return ExpressionRules.CheckCondition(condition) is { } broken ? throw item.Error(broken.Why, broken.Mend) : condition;
    }

    /// <summary>Whether a value is a scalar that takes its type from its neighbour: no name of a context value, nothing with a type of its own.</summary>
    /// <param name="item">The value.</param>
    /// <returns>True when it does.</returns>
    public static bool IsLiteral(JsonItem item) => item.Kind switch
    {
        JsonValueKind.Object => item.Find("value") is not null && item.Find("type") is null,
        JsonValueKind.String => ContextNames.Find(item.Text) is null,
        JsonValueKind.Array => false,
        _ => true,
    };

    private static ProbeExpression OfObject(JsonItem item, int depth, Type? expected)
    {
        (string name, JsonItem value) = ExpressionNames.Head(item);
        return name switch
        {
            "value" => ScalarReader.ReadExplicit(item, value, expected),
            "arg" => PlaceReader.Argument(item, value),
            "this" => new ThisExpression(TypeJson.Read(value)),
            "return" => new ReturnExpression(TypeJson.Read(value)),
            "field" or "property" => PlaceReader.Member(item, value, name == "property", depth),
            "path" => PlaceReader.Path(item, value, depth),
            "memory" => new MemoryExpression(Read(value, depth + 1), TypeJson.ReadTypeOf(item)),
            "kernel" => new KernelPathExpression(value.DemandText("Write the path as C does, for example \"task->real_parent->tgid\"."), TypeJson.ReadTypeOf(item)),
            "convert" => new ConvertExpression(Read(value, depth + 1), TypeJson.ReadTypeOf(item)),
            "is" => new TypeTestExpression(Read(value, depth + 1), TypeJson.Read(item.Require("type", "Name the type: {\"is\":a,\"type\":\"Shop.Order\"}."))),
            "typeName" => new TypeNameExpression(Read(value, depth + 1)),
            "if" => OperatorReader.Conditional(value, depth),
            _ when OperatorNames.FindUnary(name) is { } unary => OperatorReader.Unary(unary, value, depth),
            _ when OperatorNames.FindBinary(name) is { } binary => OperatorReader.Binary(binary, value, depth),
            _ when OperatorNames.FindTest(name) is { } test => OperatorReader.StringTest(test, value, depth),
            _ => new ConstantExpression(DurationJson.ReadTimeSpan(name, value), typeof(TimeSpan)),
        };
    }
}
