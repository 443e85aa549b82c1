using System.Text.Json;
using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>Reads scalars: constants, and the names of context values.</summary>
internal static class ScalarReader
{
    /// <summary>Reads a scalar.</summary>
    /// <param name="item">The scalar.</param>
    /// <param name="expected">The type that a constant has here; null where nothing says one.</param>
    /// <returns>The expression.</returns>
    public static ProbeExpression Read(JsonItem item, Type? expected)
    {
        if (item.Kind == JsonValueKind.String && ContextNames.Find(item.Text) is { } context)
        {
            return context;
        }

        if (Type(item.Token, expected) is not { } type)
        {
            throw item.Kind == JsonValueKind.String
                ? item.Error($"{item.Describe()} is no context value, and nothing beside it says that it is a constant.", $"The context values are {string.Join(", ", ContextNames.Names)}; a constant is {{\"value\":\"text\",\"type\":\"string\"}}.", NearestNames.Choose(item.Text, ContextNames.Names))
                : item.Error($"{item.Describe()} has no type here.", "Write it with one: {\"value\":null,\"type\":\"string\"}.");
        }

        return ConstantReader.TryRead(item.Token, type, out object? value) && IsBare(item.Token, type) ? new ConstantExpression(value, type) : throw Refuse(item, type);
    }

    /// <summary>Whether a scalar alone, without <c>value</c>, is a constant of a type.</summary>
    /// <param name="token">The scalar.</param>
    /// <param name="expected">The type that a constant has at its place; null where nothing says one.</param>
    /// <param name="constant">The constant that it would have to be.</param>
    /// <returns>True when it reads as the constant.</returns>
    public static bool ReadsAs(LiteralToken token, Type? expected, ConstantExpression constant) =>
        !(token.Kind == JsonValueKind.String && ContextNames.Find(token.Text) is not null)
        && Type(token, expected) == constant.Type
        && IsBare(token, constant.Type)
        && ConstantReader.TryRead(token, constant.Type, out object? value)
        && Equals(value, constant.Value);

    /// <summary>Reads <c>{"value":…,"type":…}</c>.</summary>
    /// <param name="item">The object.</param>
    /// <param name="value">The constant.</param>
    /// <param name="expected">The type that a constant has here; null where nothing says one.</param>
    /// <returns>The expression.</returns>
    public static ConstantExpression ReadExplicit(JsonItem item, JsonItem value, Type? expected)
    {
        Type? type = item.Find("type") is { } named ? TypeJson.Read(named) : expected;
        if (value.Kind == JsonValueKind.Array)
        {
            return new(Utf16(value), type ?? typeof(string));
        }

        type ??= ConstantReader.NaturalType(value.Token) ?? (value.Kind == JsonValueKind.String ? typeof(string) : null) ?? throw item.Error($"{value.Describe()} has no type here.", "Write it: {\"value\":null,\"type\":\"string\"}.");
        return ConstantReader.TryRead(value.Token, type, out object? constant) ? new(constant, type) : throw Refuse(value, type);
    }

    private static Type? Type(LiteralToken token, Type? expected) => expected ?? ConstantReader.NaturalType(token);

    // "x" beside an object would be compared by reference, and never be the same: who means that says so with "value" and "type".
    private static bool IsBare(LiteralToken token, Type type) => token.Kind != JsonValueKind.String || type == typeof(string) || type.IsValueType;

    private static string Utf16(JsonItem units) => string.Create(units.Items.Count, units.Items, static (text, items) =>
    {
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = items[i].Kind == JsonValueKind.Number && ConstantReader.TryRead(items[i].Token, typeof(char), out object? unit)
                ? (char)unit!
                : throw items[i].Error($"{items[i].Describe()} is no UTF-16 unit.", "Write numbers from 0 to 65535.");
        }
    });

    private static ProbeJsonException Refuse(JsonItem item, Type type)
    {
        string mend = type switch
        {
            _ when type == typeof(TimeSpan) => "Write a duration with its unit: {\"milliseconds\":5}.",
            _ when type == typeof(decimal) => "Probes cannot compute with decimals: compare another field, or capture it.",
            { IsEnum: true } => $"Write one of its names or its number: {string.Join(", ", Enum.GetNames(type).Take(12))}.",
            _ when type == typeof(string) => "Write a string.",
            _ when type == typeof(char) => "Write a string of one UTF-16 unit, or its number.",
            _ when ExpressionTypes.IsInteger(type) => "Write a whole number in its range, or convert the other side: {\"convert\":a,\"type\":\"long\"}.",
            _ when type == typeof(bool) => "Write true or false.",
            { IsPrimitive: true } => "Write a number, or \"NaN\", \"Infinity\", \"-Infinity\".",
            _ => "Constants are numbers, bool, char, enums, strings, durations and null: compare a field of the object.",
        };
        IReadOnlyList<string> nearest = item.Kind != JsonValueKind.String ? [] : NearestNames.Choose(item.Text, type.IsEnum ? Enum.GetNames(type) : ContextNames.Names);
        return item.Error($"{item.Describe()} is no {TypeText.Of(type)}.", mend, nearest);
    }
}
