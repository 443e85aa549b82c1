using System.Text.Json;
using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>Reads what names a place in the program: arguments, fields, properties, paths.</summary>
internal static class PlaceReader
{
    /// <summary>Reads an argument.</summary>
    /// <param name="item">The expression.</param>
    /// <param name="value">The parameter's name or position.</param>
    /// <returns>The expression.</returns>
    public static ArgumentExpression Argument(JsonItem item, JsonItem value)
    {
        const string Mend = "Write the parameter's name in the source, or its position from 0 without 'this'.";
        return value.Kind == JsonValueKind.Number
            ? value.DemandInt(Mend) is >= 0 and var index ? new(index, null, TypeJson.ReadTypeOf(item)) : throw value.Error("a position is not negative.", Mend)
            : new(-1, value.DemandText(Mend), TypeJson.ReadTypeOf(item));
    }

    /// <summary>Reads a field or property.</summary>
    /// <param name="item">The expression.</param>
    /// <param name="value">The member's name.</param>
    /// <param name="isProperty">True for a property.</param>
    /// <param name="depth">The expression's depth.</param>
    /// <returns>The expression.</returns>
    public static MemberExpression Member(JsonItem item, JsonItem value, bool isProperty, int depth)
    {
        string name = value.DemandText("Write the member's name.");
        ProbeExpression target = Target(item, depth);
        Type declaring = item.Find("declaring") is { } type ? TypeJson.Read(type) : target.Type;
        return new(target, name, declaring, isProperty, TypeJson.ReadTypeOf(item));
    }

    /// <summary>Reads a path of fields.</summary>
    /// <param name="item">The expression.</param>
    /// <param name="value">The path's text.</param>
    /// <param name="depth">The expression's depth.</param>
    /// <returns>The expression.</returns>
    public static PathExpression Path(JsonItem item, JsonItem value, int depth)
    {
        string text = value.DemandText("Write fields and properties with dots between, for example \"_customer._region\".");
        return ExpressionRules.CheckPath(text) is { } broken ? throw value.Error(broken.Why, broken.Mend) : new(Target(item, depth), text, TypeJson.ReadTypeOf(item));
    }

    private static ProbeExpression Target(JsonItem item, int depth) =>
        ExpressionReader.Read(item.Require("of", "Say whose it is: \"of\":{\"this\":\"Shop.Orders\"}."), depth + 1);
}
