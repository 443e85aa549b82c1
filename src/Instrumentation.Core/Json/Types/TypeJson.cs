using System.Text.Json;
using Instrumentation.Expressions;

namespace Instrumentation.Json;

/// <summary>The names of types as values of a text.</summary>
internal static class TypeJson
{
    private const string Mend = "Write the type's name: a C# keyword, or the full name such as \"Shop.Order\".";

    /// <summary>Reads a type.</summary>
    /// <param name="item">Its name.</param>
    /// <returns>The type.</returns>
    public static Type Read(JsonItem item)
    {
        string text = item.Demand(JsonValueKind.String, Mend).Text;
        return TypeNameReader.TryRead(text, out TypeNameException? error) is not { } type
            ? throw item.Error(error!.Message, error.Mend, error.Nearest)
            : IsOfValues(type)
                ? type
                : throw item.Error($"no value that a probe can see is a {JsonPath.Shorten(text)}.", "Name the type of a value.");
    }

    /// <summary>Reads the type that an expression must say it has.</summary>
    /// <param name="item">The expression.</param>
    /// <returns>The type.</returns>
    public static Type ReadTypeOf(JsonItem item) => Read(item.Require("type", "Say as what it is read, for example \"type\":\"int\"."));

    /// <summary>Writes a type as a property.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="name">The property's name.</param>
    /// <param name="type">The type.</param>
    public static void Write(JsonOutput output, string name, Type type)
    {
        output.Name(name);
        if (!IsOfValues(type))
        {
            throw output.Error($"no value that a probe can see is a {TypeText.Of(type)}.", "Name the type of a value.");
        }

        try
        {
            output.Value(LiteralToken.String(TypeNameText.Of(type)));
        }
        catch (TypeNameException error)
        {
            throw output.Error(error.Message, error.Mend);
        }
    }

    private static bool IsOfValues(Type type) => type != typeof(void) && !type.IsByRefLike;
}
