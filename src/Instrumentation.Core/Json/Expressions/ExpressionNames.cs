namespace Instrumentation.Json;

/// <summary>The properties that say what an expression is, and those that may stand beside them.</summary>
internal static class ExpressionNames
{
    private static readonly Dictionary<string, string[]> Heads = Build();

    // What other languages and tools call an operator, for the error only: each thing has one name.
    private static readonly Dictionary<string, string> Foreign = new(StringComparer.OrdinalIgnoreCase)
    {
        ["&&"] = "and",
        ["||"] = "or",
        ["!"] = "not",
        ["~"] = "complement",
        ["neg"] = "negate",
        ["="] = "==",
        ["==="] = "==",
        ["eq"] = "==",
        ["equals"] = "==",
        ["<>"] = "!=",
        ["!=="] = "!=",
        ["ne"] = "!=",
        ["lt"] = "<",
        ["lte"] = "<=",
        ["le"] = "<=",
        ["gt"] = ">",
        ["gte"] = ">=",
        ["ge"] = ">=",
        ["xor"] = "^",
        ["mod"] = "%",
        ["argument"] = "arg",
        ["const"] = "value",
        ["constant"] = "value",
        ["cast"] = "convert",
        ["as"] = "convert",
        ["instanceof"] = "is",
        ["?:"] = "if",
        ["ms"] = "milliseconds",
        ["us"] = "microseconds",
        ["count"] = "length",
        ["result"] = "return",
        ["member"] = "path",
        ["prefix"] = "startsWith",
        ["suffix"] = "endsWith",
    };

    /// <summary>Finds the property that says what an expression is.</summary>
    /// <param name="item">The expression, an object.</param>
    /// <returns>The property.</returns>
    public static JsonMember Head(JsonItem item)
    {
        JsonMember[] heads = [.. item.Members.Where(static member => Heads.ContainsKey(member.Name))];
        if (heads is [var head])
        {
            string[] beside = Heads[head.Name];
            item.Only([head.Name, .. beside]);
            return head;
        }

        if (heads.Length > 1)
        {
            throw heads[1].Value.Error($"the expression is '{heads[0].Name}' and '{heads[1].Name}' at once.", "Write one of them; nest the other inside it.");
        }

        return item.Members.FirstOrDefault(static member => member.Name is not ("type" or "of" or "declaring")) is { Name: { } name, Value: { } place }
            ? throw place.Error(
                $"'{JsonPath.Shorten(name)}' is no operator and no kind of value.",
                "docs/probe-json.md lists them.",
                Foreign.TryGetValue(name, out string? meant) ? [meant] : NearestNames.Choose(name, Heads.Keys))
            : throw item.Error("the object does not say what it is.", "Write an expression, for example {\"arg\":\"quantity\",\"type\":\"int\"} or {\">\":[a, b]}.");
    }

    private static Dictionary<string, string[]> Build()
    {
        Dictionary<string, string[]> heads = new(StringComparer.Ordinal)
        {
            ["value"] = ["type"],
            ["arg"] = ["type"],
            ["this"] = [],
            ["return"] = [],
            ["field"] = ["of", "type", "declaring"],
            ["property"] = ["of", "type", "declaring"],
            ["path"] = ["of", "type"],
            ["memory"] = ["type"],
            ["kernel"] = ["type"],
            ["convert"] = ["type"],
            ["is"] = ["type"],
            ["typeName"] = [],
            ["if"] = [],
        };
        foreach (string name in OperatorNames.All.Concat(DurationJson.Names.Where(static unit => unit != "nanoseconds")))
        {
            heads.Add(name, []);
        }

        return heads;
    }
}
